/** The functions on a hot standby, and what they say when its primary is gone. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { query, start, tempFolder } from '../../test/embedded.ts'
import { changePack, healthOf, rowsOf } from '../../test/sql-pack.ts'
import type { EmbeddedServer } from '../embedded/server.ts'
import { startStandby } from '../embedded/standby.ts'

const folder = tempFolder()
let primary: EmbeddedServer
let standby: EmbeddedServer

beforeAll(async () => {
  primary = await start(join(folder.path, 'primary'))
  await query(
    primary,
    'CREATE EXTENSION pg_stat_statements; CREATE UNLOGGED TABLE u (id serial); CREATE TABLE t (id serial)',
  )
  await query(primary, `SELECT setval('t_id_seq', 2000000000)`)
  await changePack(primary.url(), { task: 'install' })
  standby = await startStandby(primary, {
    dataDir: join(folder.path, 'standby'),
    slot: 'one',
    name: 'berlin',
  })
})
afterAll(async () => {
  await standby?.stop('immediate')
  await primary?.stop('immediate')
  folder.remove()
})

test('all of it can be read there; nothing can be installed or removed there', async () => {
  const rows = await healthOf(standby.url())
  expect(rows.get('replication_broken')).toMatchObject({ status: 'ok', details: { disconnected: false } })
  expect(rows.get('replication_lag')).toMatchObject({ details: { side: 'standby', replay_paused: false } })
  expect(rows.get('sequences')?.status).toBe('critical')
  for (const view of ['index_usage_analysis', 'table_bloat_analysis', 'index_bloat_analysis'])
    await rowsOf(standby.url(), `SELECT * FROM pgtend.${view}`)
  await expect(changePack(standby.url(), { task: 'uninstall' })).rejects.toMatchObject({
    code: 'sql-pack',
    detail: expect.stringContaining('standby'),
  })
})

test('the primary names its standby; a paused one falls behind; one without a primary is broken', async () => {
  expect((await healthOf(primary.url())).get('replication_lag')?.details.standbys).toMatchObject([
    { standby: 'berlin' },
  ])
  await query(standby, 'SELECT pg_wal_replay_pause()')
  await query(primary, "UPDATE pgtend.settings SET value = 0.01 WHERE name LIKE 'replication-lag.%'")
  await query(standby, 'SELECT pg_wal_replay_resume()')
  const setting = () =>
    rowsOf(
      standby.url(),
      `SELECT 1 FROM pgtend.settings WHERE name = 'replication-lag.critical' AND value = 0.01`,
    )
  await expect.poll(setting, { timeout: 20_000 }).toHaveLength(1)
  await query(standby, 'SELECT pg_wal_replay_pause()')
  await query(primary, 'CREATE TABLE more AS SELECT 1')
  const lag = async () => (await healthOf(standby.url())).get('replication_lag')
  await expect
    .poll(lag, { timeout: 20_000 })
    .toMatchObject({ status: 'critical', details: { replay_paused: true } })
  await query(standby, 'SELECT pg_wal_replay_resume()')
  await primary.stop('immediate')
  const broken = async () => (await healthOf(standby.url())).get('replication_broken')
  await expect
    .poll(broken, { timeout: 20_000 })
    .toMatchObject({ status: 'critical', details: { disconnected: true } })
})
