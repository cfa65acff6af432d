import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import type { ConfigInput } from '../../src/monitor/config.ts'
import { vitals } from '../../src/render/vitals.ts'
import { start, tempFolder } from '../embedded.ts'
import { look, lookUntil, run } from '../observe.ts'
import { LATEST } from '../servers.ts'

/** Rules about the server as a whole are tried on a server of their own: nobody else is on it. */
const settings = {
  max_connections: '20',
  superuser_reserved_connections: '3',
  max_prepared_transactions: '2',
  shared_buffers: '1MB',
  autovacuum: 'off',
  max_parallel_workers_per_gather: '0',
}
const folder = tempFolder()
const dataDir = folder.fresh()
let server: EmbeddedServer
const clients: pg.Client[] = []
const see = (config: ConfigInput = {}, act?: () => Promise<unknown>) => look(server.url(), config, act)

async function client(): Promise<pg.Client> {
  const opened = new pg.Client({ connectionString: server.url() })
  opened.on('error', () => {})
  await opened.connect()
  clients.push(opened)
  return opened
}

beforeAll(async () => {
  server = await start(dataDir, { settings })
  await run(server.url(), 'CREATE EXTENSION pg_stat_statements')
})
afterEach(async () => {
  await Promise.allSettled(clients.splice(0).map((c) => c.end()))
})
afterAll(async () => {
  await server?.stop('immediate')
  folder.remove()
})

test('autovacuum off for the whole server is unhealthy until it is on', async () => {
  const off = await see()
  expect(off.findings('autovacuum-off', 'instance')).toMatchObject([{ severity: 'critical' }])
  expect(off.health).toMatchObject({ status: 'unhealthy', score: 49 })
  await run(server.url(), 'ALTER SYSTEM SET autovacuum = on', 'SELECT pg_reload_conf()')
  const on = await lookUntil(see, (s) => s.findings('autovacuum-off').length === 0)
  expect(on.health).toMatchObject({ status: 'healthy', coverage: 1 })
})

test('connections near the limit: a warning, then critical, then none', async () => {
  expect((await see()).findings('connections-near-limit')).toEqual([])
  // 17 are usable; pgtend is one of those in use.
  for (let n = 0; n < 13; n++) await client()
  const near = await see()
  expect(near.findings('connections-near-limit')).toMatchObject([
    { severity: 'warning', value: 14 / 17, evidence: { used: 14, usable: 17 } },
  ])
  expect(near.health.deductions[0]).toMatchObject({ rule: 'connections-near-limit', points: 15 })
  for (let n = 0; n < 2; n++) await client()
  const full = await see()
  expect(full.findings('connections-near-limit')).toMatchObject([{ severity: 'critical', value: 16 / 17 }])
  expect(full.health.deductions[0]).toMatchObject({ rule: 'connections-near-limit', points: 25 })
  await Promise.all(clients.splice(0, 10).map((c) => c.end()))
  await lookUntil(see, (s) => s.findings('connections-near-limit').length === 0)
})

test('an aborted transaction that nobody rolls back is counted, and has its age in idleness', async () => {
  const config = { thresholds: { 'idle-in-transaction': { warning: 0.2, critical: 600 } } }
  const healthy = await see(config)
  expect(healthy.rows('connections')).toMatchObject([{ aborted: 0, oldest_idle_in_transaction: null }])
  expect(healthy.findings('idle-in-transaction')).toEqual([])
  const failed = await client()
  await failed.query('BEGIN')
  await expect(failed.query('SELECT 1 / 0')).rejects.toThrow('division by zero')
  const there = () => see(config)
  const seen = await lookUntil(there, (s) => s.findings('idle-in-transaction').length > 0)
  expect(seen.rows('connections')).toMatchObject([
    {
      ...{ aborted: 1, idle_in_transaction: 0, oldest_transaction: null },
      oldest_idle_in_transaction: expect.any(Number),
    },
  ])
  const connections = vitals(seen.tables).find((v) => v.name === 'Connections')
  expect(connections?.text).toContain('1 in an aborted transaction')
  await failed.query('ROLLBACK')
  const after = await see(config)
  expect(after.rows('connections')).toMatchObject([{ aborted: 0, oldest_idle_in_transaction: null }])
  expect(after.findings('idle-in-transaction')).toEqual([])
})

test('prepared transactions are found until they are ended, each named as the head of its queue', async () => {
  const [one, two] = ['lost', "it's lost too"]
  const prepared = (name: string) => `prepared transaction ${name}`
  await run(server.url(), 'CREATE TABLE prepared (id int)', 'INSERT INTO prepared VALUES (1), (2)')
  expect((await see()).findings('prepared-transactions')).toEqual([])
  const prepare = (id: number, name: string) =>
    run(
      server.url(),
      'BEGIN',
      `UPDATE prepared SET id = id WHERE id = ${id}`,
      `PREPARE TRANSACTION '${name.replaceAll("'", "''")}'`,
    )
  const waitFor = async (id: number) => (await client()).query(`UPDATE prepared SET id = id WHERE id = ${id}`)
  await prepare(1, one)
  await prepare(2, two)
  const waits = [waitFor(1), waitFor(2), waitFor(2)]
  const config = { thresholds: { 'blocked-too-long': { seconds: 0.01 } } }
  const seen = await lookUntil(
    () => see(config),
    (s) => s.findings('blocked-sessions', prepared(two)).some((f) => f.value === 2),
  )
  expect(seen.findings('prepared-transactions')).toMatchObject([{ value: 2, severity: 'warning' }])
  expect(seen.findings('blocked-sessions', prepared(one))).toMatchObject([
    {
      value: 1,
      summary: expect.stringMatching(
        /^The prepared transaction lost of postgres blocks 1 session; it was prepared .+ ago\. It ends by COMMIT PREPARED 'lost' or ROLLBACK PREPARED 'lost' in the database postgres\.$/,
      ),
      evidence: { transaction: one, owner: 'postgres', database: 'postgres', relation: 'public.prepared' },
    },
  ])
  const [second] = seen.findings('blocked-sessions', prepared(two))
  expect(seen.findings('blocked-too-long').map((f) => f.subject)).toEqual(
    expect.arrayContaining([prepared(one), prepared(two)]),
  )
  // What the finding says ends that very one.
  await run(server.url(), /ROLLBACK PREPARED '(?:[^']|'')*'/.exec(second?.summary ?? '')?.[0] ?? '')
  const left = await lookUntil(see, (s) => s.findings('blocked-sessions', prepared(two)).length === 0)
  expect(left.findings('blocked-sessions').map((f) => f.subject)).toContain(prepared(one))
  await run(server.url(), "ROLLBACK PREPARED 'lost'")
  await Promise.all(waits)
  const after = await see()
  expect(after.findings('prepared-transactions')).toEqual([])
  expect(after.findings('blocked-sessions')).toEqual([])
})

test('slow on average, and many slow statements', async () => {
  const config = {
    limits: { slowQuery: 0.02 },
    thresholds: {
      'slow-average-query': { calls: 4, warning: 0.03, critical: 5 },
      'many-slow-queries': { statements: 3 },
    },
  }
  expect((await see(config)).findings('slow-average-query')).toEqual([])
  const slow = ['', ', 1', ', 1, 2', ', 1, 2, 3'].map((more) => `SELECT pg_sleep(0.5)${more}`)
  await run(server.url(), ...slow)
  const seen = await see(config, () => run(server.url(), ...slow))
  expect(seen.findings('slow-average-query')).toMatchObject([{ severity: 'warning', unit: 'seconds' }])
  expect(seen.findings('many-slow-queries')).toMatchObject([{ value: 4 }])
  expect(seen.findings('slow-query')).toHaveLength(4)
  const after = await see(config)
  for (const rule of ['slow-average-query', 'many-slow-queries', 'slow-query'])
    expect(after.findings(rule)).toEqual([])
})

test('few blocks come from memory while a table larger than it is read', async () => {
  const config = { thresholds: { 'cache-hit': { blocks: 1000 } } }
  await run(
    server.url(),
    `CREATE TABLE large AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 12000) n`,
    // Twenty pages: they stay among the 128 buffers, and outnumber what a look itself reads of the catalogs.
    `CREATE TABLE small AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 140) n`,
    'VACUUM ANALYZE large, small',
  )
  const small = () => run(server.url(), ...Array(1000).fill('SELECT count(*) FROM small'))
  const hot = await lookUntil(
    () => see(config, small),
    (s) => s.rows('database-rates').some((d) => d.current && (d.cache_hit as number) > 0.95),
  )
  expect(hot.findings('cache-hit')).toEqual([])
  const seen = await lookUntil(
    () => see(config, () => run(server.url(), ...Array(10).fill('SELECT count(*) FROM large'))),
    (s) => s.findings('cache-hit').length > 0,
  )
  expect(seen.findings('cache-hit')).toMatchObject([{ subject: 'database postgres', severity: 'critical' }])
  await lookUntil(
    () => see(config, small),
    (s) => s.findings('cache-hit').length === 0,
  )
})

test('a slot that nobody reads holds back WAL until it is dropped', async () => {
  const config = { thresholds: { 'slot-retains-wal': { warning: 4 * 1024 ** 2, critical: 1024 ** 3 } } }
  await run(server.url(), 'CHECKPOINT', "SELECT pg_create_physical_replication_slot('forgotten', true)")
  expect((await see(config)).findings('slot-retains-wal')).toEqual([])
  await run(server.url(), 'SELECT pg_switch_wal()', 'CREATE TABLE w (n int)', 'SELECT pg_switch_wal()')
  expect((await see(config)).findings('slot-retains-wal')).toMatchObject([
    { subject: 'slot forgotten', severity: 'warning', summary: expect.stringContaining('nobody reads it') },
  ])
  await run(server.url(), "SELECT pg_drop_replication_slot('forgotten')")
  expect((await see(config)).findings('slot-retains-wal')).toEqual([])
})

/** Writes over a part of a relation's first block while the server is stopped; returns what makes it whole again. */
async function damage(relation: string): Promise<() => Promise<void>> {
  const [file] = await run(server.url(), 'CHECKPOINT', `SELECT pg_relation_filepath('${relation}') AS path`)
  const path = join(dataDir, file?.path as string)
  await server.stop('fast')
  const whole = await readFile(path)
  const bytes = Buffer.from(whole)
  bytes.fill(0xff, 4000, 4100)
  await writeFile(path, bytes)
  server = await start(dataDir, { settings })
  return async () => {
    // An immediate stop: statistics that no command empties are emptied by the recovery.
    await server.stop('immediate')
    await writeFile(path, whole)
    server = await start(dataDir, { settings })
  }
}

test('corrupt blocks are found by their checksums', async () => {
  await run(server.url(), `CREATE TABLE corrupt AS SELECT 'x' AS t FROM generate_series(1, 1000)`)
  expect((await see()).findings('checksum-failures')).toEqual([])
  await damage('corrupt')
  await expect(run(server.url(), 'SELECT count(*) FROM corrupt')).rejects.toMatchObject({ code: 'XX001' })
  const seen = await lookUntil(see, (s) => s.findings('checksum-failures').length > 0)
  expect(seen.findings('checksum-failures')).toMatchObject([
    { subject: 'database postgres', severity: 'critical' },
  ])
  expect(seen.health.score).toBeLessThanOrEqual(49)
  await run(server.url(), 'DROP TABLE corrupt', 'SELECT pg_stat_reset()')
  await lookUntil(see, (s) => s.findings('checksum-failures').length === 0)
})

test('those of a catalog that all databases share too', async () => {
  const mend = await damage('pg_shdescription')
  const read = 'SELECT count(*) FROM pg_shdescription'
  expect((await see()).findings('checksum-failures')).toEqual([])
  await expect(run(server.url(), read)).rejects.toMatchObject({ code: 'XX001' })
  const seen = await lookUntil(see, (s) => s.findings('checksum-failures').length > 0)
  expect(seen.findings('checksum-failures')).toMatchObject([
    // Before 18 PostgreSQL counts it in the database of the session that read the block (pgstat_report_checksum_failure).
    { subject: LATEST >= 18 ? 'shared catalogs' : 'database postgres', severity: 'critical' },
  ])
  expect(seen.health.score).toBeLessThanOrEqual(49)
  await mend()
  await run(server.url(), read)
  await lookUntil(see, (s) => s.findings('checksum-failures').length === 0)
})
