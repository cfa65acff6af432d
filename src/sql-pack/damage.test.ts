/** Damaged blocks and transaction ids that run out: real ones, found by the pack on every major, and gone when mended. */
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { start, tempFolder } from '../../test/embedded.ts'
import { look } from '../../test/observe.ts'
import { majors } from '../../test/servers.ts'
import { changePack, healthOf, rowsOf } from '../../test/sql-pack.ts'
import type { Major } from '../core/probe.ts'
import { serverAccount } from '../embedded/account.ts'
import { findBinaries } from '../embedded/binaries.ts'
import { serverEnvironment } from '../embedded/cluster.ts'
import { copyTree } from '../embedded/copy-tree.ts'
import type { EmbeddedServer } from '../embedded/server.ts'
import { SETTINGS_FILE } from '../embedded/settings.ts'

const folder = tempFolder()
afterAll(() => folder.remove())

const stop = (server: EmbeddedServer) => server.stop('immediate')

/** Flips one bit in the middle of the first block of a file. */
function flipBit(file: string): void {
  const handle = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(handle, byte, 0, 1, 4_000)
  byte[0] = (byte[0] ?? 0) ^ 1
  writeSync(handle, byte, 0, 1, 4_000)
  closeSync(handle)
}

/** As if a database had not been vacuumed for so many transactions. */
const AGE = `UPDATE pg_database SET datfrozenxid = ((txid_current() % 4294967296 - $2 + 4294967296) % 4294967296)::text::xid
  WHERE datname = $1`

/** A cluster as initdb made it by default before PostgreSQL 18. */
async function withoutChecksums(dataDir: string, major: Major): Promise<void> {
  const account = serverAccount()
  const { initdb } = await findBinaries(major, account)
  // initdb has no path to the folder of the tests where it runs as another account.
  const made = mkdtempSync(join(tmpdir(), 'pgtend-unchecked-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  if (account) chownSync(made, account.uid, account.gid)
  const off = major >= 18 ? ['--no-data-checksums'] : []
  const args = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', ...off, '-D', made]
  await promisify(execFile)(initdb, args, { cwd: made, env: serverEnvironment(), ...account })
  appendFileSync(join(made, 'postgresql.conf'), `\ninclude_if_exists = '${SETTINGS_FILE}'\n`)
  await copyTree(made, dataDir, { owner: account })
}

describe.each(majors)('on PostgreSQL %i', (major) => {
  test('without checksums nothing is known of damage, which is told and held against nobody', async () => {
    const dataDir = folder.fresh()
    await withoutChecksums(dataDir, major)
    const server = await start(dataDir, { major })
    onTestFinished(() => stop(server))
    await changePack(server.url(), { task: 'install' })
    const rows = await healthOf(server.url())
    expect(rows.get('checksum_failures')).toMatchObject({
      ...{ status: 'unknown', value: null },
      details: { reason: 'unsupported', detail: 'not known: data checksums are off', checksums: false },
    })
    const overall = rows.get('overall')?.details
    expect(overall.unknown + overall.ok + overall.warning + overall.critical).toBe(rows.size - 2)
    const { tables, health } = await look(server.url())
    expect(tables.get('checksum-failures')).toMatchObject({ ok: false, reason: 'unsupported' })
    expect(health.unknown.map((u) => u.rule)).not.toContain('checksum-failures')
    const review = tables.get('settings-review')
    expect(review?.ok && review.rows.map((r) => r.setting)).toContain('data_checksums')
  })

  test('a flipped bit in a table is a checksum failure, until the table and the counter are gone', async () => {
    const dataDir = folder.fresh()
    let server = await start(dataDir, { major })
    onTestFinished(() => stop(server))
    const sql = (text: string) => rowsOf(server.url(), text)
    await changePack(server.url(), { task: 'install' })
    await sql('CREATE TABLE t AS SELECT i, md5(i::text) FROM generate_series(1, 1000) i')
    await sql('CHECKPOINT')
    const [file] = await sql(`SELECT pg_relation_filepath('t') AS path`)
    const before = await healthOf(server.url())
    expect(before.get('checksum_failures')).toMatchObject({
      ...{ status: 'ok', value: 0 },
      details: { checksums: true, databases: [] },
    })
    await server.stop()
    flipBit(join(dataDir, String(file?.path)))
    server = await start(dataDir, { major })
    await expect(sql('SELECT count(*) FROM t')).rejects.toThrow(/invalid page/)
    // The counter is given away when the session ends.
    const failures = async () => (await healthOf(server.url())).get('checksum_failures')?.status
    await expect.poll(failures, { timeout: 20_000 }).toBe('critical')
    const found = await healthOf(server.url())
    expect(found.get('checksum_failures')).toMatchObject({ value: 1, details: { databases: ['postgres'] } })
    expect(found.get('overall')?.status).toBe('critical')
    await sql('DROP TABLE t')
    await sql('SELECT pg_stat_reset()')
    await expect.poll(failures, { timeout: 20_000 }).toBe('ok')
  })

  test('transaction ids near their end, in a template too, until VACUUM has frozen the rows', async () => {
    const server = await start(folder.fresh(), { major })
    onTestFinished(() => stop(server))
    const age = (database: string, xids: number) => rowsOf(server.url(), AGE, [database, xids])
    await changePack(server.url(), { task: 'install' })
    await rowsOf(server.url(), 'CREATE DATABASE aged')
    const row = async () => (await healthOf(server.url())).get('wraparound')
    expect(await row()).toMatchObject({ status: 'ok' })
    await age('template1', 1_200_000_000)
    expect(await row()).toMatchObject({ status: 'warning', details: { database: 'template1' } })
    await age('aged', 1_900_000_000)
    const worst = await row()
    expect(worst).toMatchObject({ status: 'critical', details: { database: 'aged' } })
    expect(worst?.value).toBeCloseTo(1.9e9 / (2 ** 31 - 3e6), 3)
    expect((await healthOf(server.url())).get('overall')?.status).toBe('critical')
    await rowsOf(server.url({ database: 'aged' }), 'VACUUM')
    expect(await row()).toMatchObject({ status: 'warning', details: { database: 'template1' } })
    await rowsOf(server.url({ database: 'template1' }), 'VACUUM')
    expect(await row()).toMatchObject({ status: 'ok' })
  })
})
