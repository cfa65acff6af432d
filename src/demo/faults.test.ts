import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Demo, startDemo } from './demo.ts'
import { FAULTS } from './faults.ts'

const dir = mkdtempSync(join(tmpdir(), 'pgtend-faults-'))
let demo: Demo
let client: pg.Client

beforeAll(async () => {
  demo = await startDemo({ dir, scale: 0.02, rate: 5 })
  client = new pg.Client({ connectionString: demo.url })
  client.on('error', () => {})
  await client.connect()
}, 120_000)
afterAll(async () => {
  await client?.end()
  await demo?.stop()
  rmSync(dir, { recursive: true, force: true })
}, 120_000)

const truth = async (sql: string): Promise<unknown> =>
  (await client.query(`select (${sql}) as yes`)).rows[0]?.yes
const state = (name: string) => demo.faults.find((fault) => fault.name === name)

/** SQL that is true on the primary while the fault is on, and false while it is off. */
const SIGNS: Record<string, string> = {
  'missing-index': `to_regclass('activity_logs_entity_id_created_at_idx') is null`,
  'unused-index': `exists (select from pg_stat_user_indexes where indexrelname = 'activity_logs_ip_address_user_agent_idx' and idx_scan = 0)`,
  'duplicate-index': `(select count(*) = 2 from pg_index i join pg_attribute a on a.attrelid = indrelid and a.attnum = indkey[0]
    where indrelid = 'api_usage_logs'::regclass and indnkeyatts = 1 and attname = 'created_at')`,
  'dead-rows': `(select n_dead_tup > 10000 and n_dead_tup > n_live_tup from pg_stat_user_tables where relname = 'form_responses')
    and (select 'autovacuum_enabled=false' = any (reloptions) from pg_class where relname = 'form_responses')`,
  'idle-in-transaction': `exists (select from pg_stat_activity a join pg_locks l using (pid)
    where a.state = 'idle in transaction' and application_name = 'web' and mode = 'RowExclusiveLock')`,
  'blocking-chain': `exists (select from pg_stat_activity c join pg_stat_activity b on b.pid = any (pg_blocking_pids(c.pid))
    join pg_stat_activity a on a.pid = any (pg_blocking_pids(b.pid))
    where (a.application_name, b.application_name, c.application_name) = ('worker', 'api', 'web') and cardinality(pg_blocking_pids(a.pid)) = 0)`,
  'connection-leak': `(select count(*) = 25 from pg_stat_activity where application_name = 'booking-sync' and state = 'idle')`,
  'slow-query': `exists (select from pg_stat_activity where query like 'with recent%' and state = 'active' and application_name = 'analytics')`,
  'n-plus-one': `exists (select from pg_stat_activity where application_name = 'invoice-list' and query like '%from clients where id = $1')`,
}

test('every fault can be told from the database', () => {
  expect([...Object.keys(SIGNS), 'replication-lag'].sort()).toEqual(FAULTS.map((f) => f.name).sort())
})

test.each(Object.entries(SIGNS))(
  '%s: on, seen, off, gone',
  async (name, sign) => {
    expect(await truth(`coalesce(${sign}, false)`)).toBe(false)
    await demo.setFault(name, true)
    expect(state(name)).toMatchObject({ on: true, busy: false })
    await expect.poll(() => truth(sign), { timeout: 30_000 }).toBe(true)
    await demo.setFault(name, true)
    await demo.setFault(name, false)
    expect(state(name)).toMatchObject({ on: false, busy: false })
    await expect.poll(() => truth(`coalesce(${sign}, false)`), { timeout: 30_000 }).toBe(false)
  },
  120_000,
)

test('missing-index: the whole table is read again and again while it is on', async () => {
  const scans = async () =>
    Number(await truth(`select seq_scan from pg_stat_user_tables where relname = 'activity_logs'`))
  const before = await scans()
  await demo.setFault('missing-index', true)
  await expect.poll(scans, { timeout: 60_000 }).toBeGreaterThan(before + 2)
  await demo.setFault('missing-index', false)
  expect(
    await truth(
      `select indisvalid from pg_index where indexrelid = 'activity_logs_entity_id_created_at_idx'::regclass`,
    ),
  ).toBe(true)
}, 120_000)

test('slow-query: its runs take about a second or more', async () => {
  await demo.setFault('slow-query', true)
  const slowest = () =>
    truth(`select max(max_exec_time) > 1000 from pg_stat_statements where query like 'with recent%'`)
  await expect.poll(slowest, { timeout: 60_000 }).toBe(true)
  await demo.setFault('slow-query', false)
}, 120_000)

test('replication-lag: the standby is started for it, stops replaying, and goes on', async () => {
  await demo.setFault('replication-lag', true)
  const standby = new pg.Client({ connectionString: demo.standbyUrl })
  await standby.connect()
  const paused = async () => (await standby.query('select pg_is_wal_replay_paused() as yes')).rows[0]?.yes
  try {
    expect(await paused()).toBe(true)
    const behind = () =>
      truth('select bool_or(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) > 0) from pg_stat_replication')
    await client.query(`comment on table invoices is 'something to replay'`)
    expect(await behind()).toBe(true)
    await demo.setFault('replication-lag', false)
    expect(await paused()).toBe(false)
    await expect
      .poll(
        () =>
          truth(
            'select bool_or(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) < 1000000) from pg_stat_replication',
          ),
        { timeout: 30_000 },
      )
      .toBe(true)
  } finally {
    await standby.end()
  }
}, 120_000)

test('a session ended by hand ends the fault; the chain dissolves with its root', async () => {
  await demo.setFault('blocking-chain', true)
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'worker' and state = 'idle in transaction'`,
  )
  await expect.poll(() => state('blocking-chain')?.on, { timeout: 30_000 }).toBe(false)
  await demo.setFault('blocking-chain', true)
  await expect.poll(() => truth(SIGNS['blocking-chain'] ?? ''), { timeout: 30_000 }).toBe(true)
  await demo.setFault('blocking-chain', false)
}, 120_000)

test('two at the same time, and one switched quickly to and fro', async () => {
  const all = [
    demo.setFault('idle-in-transaction', true),
    demo.setFault('duplicate-index', true),
    demo.setFault('duplicate-index', false),
  ]
  expect(state('duplicate-index')?.busy).toBeDefined()
  await Promise.all(all)
  expect(state('idle-in-transaction')?.on).toBe(true)
  expect(state('duplicate-index')?.on).toBe(false)
  await demo.setFault('idle-in-transaction', false)
}, 120_000)

test('an index is built while sessions wait for each other', async () => {
  await demo.setFault('blocking-chain', true)
  await demo.setFault('unused-index', true)
  expect(await truth(SIGNS['unused-index'] ?? '')).toBe(true)
  expect(await truth(SIGNS['blocking-chain'] ?? '')).toBe(true)
  await demo.setFault('unused-index', false)
  await demo.setFault('blocking-chain', false)
}, 120_000)

test('an unknown fault is refused', async () => {
  await expect(demo.setFault('earthquake', true)).rejects.toMatchObject({ code: 'unknown-fault' })
})
