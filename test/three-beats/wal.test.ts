/** WAL, checkpoints, archive and temporary files, on a server of its own. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { start, tempFolder } from '../embedded.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'

const folder = tempFolder()
const dataDir = folder.fresh()
let server: EmbeddedServer
const see = (act?: () => Promise<unknown>) => look(server.url(), {}, act)
const reload = (...settings: string[]) =>
  run(server.url(), ...settings.map((s) => `ALTER SYSTEM SET ${s}`), 'SELECT pg_reload_conf()')

beforeAll(async () => {
  const settings = {
    max_wal_size: '32MB',
    min_wal_size: '32MB',
    archive_mode: 'on',
    archive_command: '/bin/true',
  }
  server = await start(dataDir, { settings })
  await run(server.url(), 'CREATE EXTENSION pg_stat_statements', 'CREATE TABLE loaded (t text)')
})
afterAll(async () => {
  await server?.stop('immediate')
  folder.remove()
})

test('checkpoints forced by WAL are found while it is written, a CHECKPOINT by command never', async () => {
  const quiet = await lookUntil(
    () => see(() => run(server.url(), 'CHECKPOINT')),
    (s) => (s.rows('wal-rates')[0]?.requested as number) > 0,
  )
  expect(quiet.findings('checkpoints-forced')).toEqual([])
  const load = () =>
    run(server.url(), `INSERT INTO loaded SELECT repeat(md5(n::text), 30) FROM generate_series(1, 120000) n`)
  const seen = await lookUntil(
    () => see(load),
    (s) => s.findings('checkpoints-forced').length > 0,
  )
  expect(seen.findings('checkpoints-forced')).toMatchObject([{ subject: 'instance', severity: 'warning' }])
  await lookUntil(see, (s) => s.findings('checkpoints-forced').length === 0)
})

test('a failing archive_command is found until a file is archived again', async () => {
  const healthy = async () => {
    await run(server.url(), 'SELECT txid_current()', 'SELECT pg_switch_wal()')
    return see()
  }
  const before = await lookUntil(healthy, (s) => s.rows('archiver')[0]?.last_archived_at !== null)
  expect(before.findings('archiver-failing')).toEqual([])
  await reload(`archive_command = '/bin/false'`)
  const broken = await lookUntil(healthy, (s) => s.findings('archiver-failing').length > 0)
  expect(broken.findings('archiver-failing')).toMatchObject([{ severity: 'warning', subject: 'instance' }])
  await reload(`archive_command = '/bin/true'`)
  // After three failures the archiver waits for a minute; the next segment wakes it.
  await expect
    .poll(
      async () => {
        const seen = await healthy()
        await sleep(500)
        return seen.findings('archiver-failing')
      },
      { timeout: 100_000 },
    )
    .toEqual([])
}, 150_000)

test('a command that hangs, and one that is not set, are found by the files that wait; an idle server has none', async () => {
  const config = { thresholds: { 'archiver-failing': { warning: 1 } } }
  const write = () => run(server.url(), 'SELECT txid_current()', 'SELECT pg_switch_wal()')
  const see = () => look(server.url(), config)
  const healthy = await lookUntil(see, (s) => s.rows('archiving')[0]?.waiting === 0)
  expect(healthy.findings('archiver-failing')).toEqual([])

  // The command runs in the data directory.
  const hangs = join(dataDir, 'hangs')
  writeFileSync(hangs, '')
  await reload(`archive_command = 'while test -e hangs; do sleep 0.1; done'`)
  await write()
  const found = (s: Look) => s.findings('archiver-failing').length > 0
  expect((await lookUntil(see, found)).findings('archiver-failing')).toMatchObject([
    {
      severity: 'warning',
      summary: expect.stringContaining('and no attempt fails'),
      evidence: { waiting: 1 },
    },
  ])
  rmSync(hangs)
  await lookUntil(see, (s) => !found(s))

  await reload(`archive_command = ''`)
  expect((await see()).findings('archiver-failing')).toEqual([])
  await write()
  const missing = await lookUntil(see, found)
  expect(missing.findings('archiver-failing')).toMatchObject([
    {
      summary: expect.stringContaining('neither archive_command'),
      evidence: { configured: false, waiting: 1 },
    },
  ])
  await reload(`archive_command = '/bin/true'`)
  await write()
  await lookUntil(see, (s) => !found(s))
})

test('sorts that spill are found while they run', async () => {
  const config = { thresholds: { 'temp-spill': { warning: 1024 ** 2 } } }
  const sort = () =>
    run(
      server.url(),
      `SET work_mem = '64kB'`,
      'SELECT * FROM (SELECT t FROM loaded ORDER BY t OFFSET 1000000) s',
    )
  const spilled = await lookUntil(
    () => look(server.url(), config, sort),
    (s) => s.findings('temp-spill').length > 0,
  )
  expect(spilled.findings('temp-spill')).toMatchObject([{ subject: 'database postgres' }])
  const after = await look(server.url(), config)
  expect(after.findings('temp-spill')).toEqual([])
})
