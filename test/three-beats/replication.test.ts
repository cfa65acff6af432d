import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { startStandby } from '../../src/embedded/standby.ts'
import { parseConfig } from '../../src/monitor/config.ts'
import { createMonitor } from '../../src/wire.ts'
import { start, tempFolder } from '../embedded.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'

const folder = tempFolder()
const config = { thresholds: { 'replication-lag': { warning: 0.5, critical: 1000 } } }
let primary: EmbeddedServer
let standby: EmbeddedServer
/** What a client can do that the types of pg don't tell. */
interface Wire {
  readonly connection: { sendCopyFromChunk(chunk: Buffer): void; readonly stream: { destroy(): void } }
}

const onPrimary = () => look(primary.url(), config)
const onStandby = () => look(standby.url(), config)
const write = () => run(primary.url(), 'INSERT INTO t SELECT n FROM generate_series(1, 1000) n')

beforeAll(async () => {
  primary = await start(folder.fresh())
  await run(primary.url(), 'CREATE EXTENSION pg_stat_statements', 'CREATE TABLE t (n int)')
})
afterAll(async () => {
  await standby?.stop('immediate')
  await primary?.stop('immediate')
  folder.remove()
})

test('without a standby there is no replication and nothing to judge', async () => {
  const seen = await onPrimary()
  expect(seen.rows('replication-status')).toEqual([])
  expect(seen.health.findings).toEqual([])
  standby = await startStandby(primary, { dataDir: folder.fresh(), slot: 'reader', name: 'reader' })
})

test('a standby that lags: seen from both sides, gone once it has caught up', async () => {
  await write()
  const healthy = await lookUntil(onPrimary, (s) => s.rows('replication-status').length === 1)
  expect(healthy.rows('replication-status')).toMatchObject([
    { standby: 'reader', side: 'sender', state: 'streaming' },
  ])
  expect(healthy.findings('replication-lag')).toEqual([])
  const idle = await onStandby()
  expect(idle.rows('replication-status')).toMatchObject([
    { side: 'standby', state: 'streaming', paused: false },
  ])
  expect(idle.findings('replication-broken')).toEqual([])
  // Nothing counts rows there: that is neither well nor unknown.
  expect(idle.tables.get('uncounted-tables')).toMatchObject({ reason: 'unsupported' })
  expect(idle.health.unknown.filter((u) => u.table === 'uncounted-tables')).toEqual([])

  await run(standby.url(), 'SELECT pg_wal_replay_pause()')
  const behind = await lookUntil(
    async () => {
      await write()
      return onStandby()
    },
    (s) => s.findings('replication-lag').length > 0,
  )
  expect(behind.findings('replication-lag')).toMatchObject([
    { severity: 'warning', summary: expect.stringContaining('its replay is paused') },
  ])
  const seen = await lookUntil(
    async () => {
      await write()
      return onPrimary()
    },
    (s) => s.findings('replication-lag', 'standby reader').length > 0,
  )
  expect(seen.health.deductions).toMatchObject([{ rule: 'replication-lag', points: 5 }])

  await run(standby.url(), 'SELECT pg_wal_replay_resume()')
  await lookUntil(onStandby, (s) => s.findings('replication-lag').length === 0)
  await lookUntil(
    async () => {
      await write()
      return onPrimary()
    },
    (s) => s.findings('replication-lag').length === 0,
  )
})

test('a receiver that never replays, as pg_receivewal, is behind by what it has not put on its disk', async () => {
  const position = async () => {
    const [now] = await run(
      primary.url(),
      `SELECT l::text AS lsn, l - '0/0' AS bytes FROM pg_current_wal_flush_lsn() l`,
    )
    return { lsn: String(now?.lsn), bytes: BigInt(String(now?.bytes)) }
  }
  const client = new pg.Client(`${primary.url()}?replication=true&application_name=archive`)
  client.on('error', () => {})
  await client.connect()
  const { connection } = client as pg.Client & Wire
  onTestFinished(() => void connection.stream.destroy())
  client.query(`START_REPLICATION ${(await position()).lsn}`).catch(() => {})
  const archive = (s: Look) => s.rows('replication-status').find((r) => r.standby === 'archive')
  await lookUntil(onPrimary, (s) => archive(s)?.state === 'streaming')
  // A standby status update of the streaming replication protocol: written, flushed, replayed, time, no answer wanted.
  const answer = async () => {
    const message = Buffer.alloc(34)
    const { bytes } = await position()
    message.write('r')
    message.writeBigInt64BE(bytes, 1)
    message.writeBigInt64BE(bytes, 9)
    connection.sendCopyFromChunk(message)
  }
  const upToDate = async () => {
    await answer()
    return onPrimary()
  }
  await lookUntil(upToDate, (s) => archive(s)?.lag_bytes === 0)
  await write()
  const behind = archive(await onPrimary())
  expect(behind).toMatchObject({ lag_seconds: null, lag_bytes: behind?.flush_bytes })
  expect(behind?.flush_bytes).toBeGreaterThan(0)
  await lookUntil(upToDate, (s) => archive(s)?.lag_bytes === 0)
})

test('a standby of a standby: the one between tells of it, and how far it is behind', async () => {
  const third = await startStandby(standby, { dataDir: folder.fresh(), slot: 'third', name: 'third' })
  onTestFinished(() => third.stop('immediate'))
  const healthy = await onStandby()
  expect(healthy.rows('replication-status')).toMatchObject([
    { side: 'standby', state: 'streaming' },
    { standby: 'third', side: 'sender', state: 'streaming', sync: 'async' },
  ])
  expect((await onPrimary()).rows('replication-status')).toHaveLength(1)
  expect(healthy.findings('replication-lag', 'standby third')).toEqual([])

  await run(third.url(), 'SELECT pg_wal_replay_pause()')
  const behind = async () => {
    await write()
    return onStandby()
  }
  const seen = await lookUntil(behind, (s) => s.findings('replication-lag', 'standby third').length > 0)
  expect(seen.rows('replication-status')[1]?.lag_bytes).toBeGreaterThan(0)
  await run(third.url(), 'SELECT pg_wal_replay_resume()')
  await lookUntil(behind, (s) => s.findings('replication-lag').length === 0)
})

test('a commit that waits for a synchronous standby that is not there is found', async () => {
  const named = (names: string) =>
    run(primary.url(), `ALTER SYSTEM SET synchronous_standby_names = '${names}'`, 'SELECT pg_reload_conf()')
  await named('reader')
  const healthy = await lookUntil(onPrimary, (s) => s.rows('replication-status')[0]?.sync === 'sync')
  expect(healthy.findings('sync-standby-missing')).toEqual([])
  await named('2 (reader, nobody)')
  const seen = await lookUntil(onPrimary, (s) => s.findings('sync-standby-missing').length > 0)
  expect(seen.findings('sync-standby-missing')).toMatchObject([
    { severity: 'critical', evidence: { wanted: 2, connected: 1 } },
  ])
  await named('')
  await lookUntil(onPrimary, (s) => s.findings('sync-standby-missing').length === 0)
})

test('a query on a standby with feedback holds back VACUUM on the primary, and is named', async () => {
  const few = { thresholds: { 'horizon-held-back': { warning: 20 } } }
  const there = () => look(primary.url(), few)
  expect((await there()).findings('horizon-held-back')).toEqual([])
  await run(standby.url(), 'ALTER SYSTEM SET hot_standby_feedback = on', 'SELECT pg_reload_conf()')
  await run(standby.url(), `ALTER SYSTEM SET wal_receiver_status_interval = '1s'`, 'SELECT pg_reload_conf()')
  const query = new pg.Client({ connectionString: standby.url() })
  await query.connect()
  await query.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await query.query('SELECT count(*) FROM t')
  await run(primary.url(), ...Array(40).fill('INSERT INTO t VALUES (1)'))
  // With a slot the feedback is kept in the slot.
  const seen = await lookUntil(there, (s) => s.findings('horizon-held-back').length > 0)
  expect(seen.findings('horizon-held-back', 'slot reader')).toMatchObject([
    { severity: 'warning', evidence: { kind: 'slot', holder: 'the slot reader' } },
  ])
  await query.end()
  await lookUntil(there, (s) => s.findings('horizon-held-back').length === 0)
})

test('a slot without a reader is found until it is dropped', async () => {
  const known = primary.major >= 17
  const config = { thresholds: { 'slot-inactive': { warning: 0, critical: 86_400 } } }
  const there = () => look(primary.url(), config)
  expect((await there()).findings('slot-inactive')).toEqual([])
  await run(primary.url(), `SELECT pg_create_physical_replication_slot('abandoned', true)`)
  expect((await there()).findings('slot-inactive')).toMatchObject([
    { subject: 'slot abandoned', severity: known ? 'warning' : 'info' },
  ])
  await run(primary.url(), `SELECT pg_drop_replication_slot('abandoned')`)
  expect((await there()).findings('slot-inactive')).toEqual([])
})

test('a slot near max_slot_wal_keep_size, then past it, is found before a checkpoint loses it', async () => {
  const keep = (size: string) =>
    run(primary.url(), `ALTER SYSTEM SET max_slot_wal_keep_size = '${size}'`, 'SELECT pg_reload_conf()')
  const segment = () => run(primary.url(), 'SELECT txid_current()', 'SELECT pg_switch_wal()')
  const found = async () => (await onPrimary()).findings('slot-retains-wal', 'slot left')
  const known = (s: Look) => s.findings('slot-retains-wal', 'slot left').length > 0
  await run(primary.url(), 'CHECKPOINT', `SELECT pg_create_physical_replication_slot('left', true)`)
  onTestFinished(async () => {
    await run(primary.url(), 'ALTER SYSTEM RESET max_slot_wal_keep_size', 'SELECT pg_reload_conf()')
  })
  await keep('80MB')
  expect(await found()).toEqual([])
  for (let n = 0; n < 5; n++) await segment()
  const near = await lookUntil(onPrimary, known)
  expect(near.findings('slot-retains-wal', 'slot left')).toMatchObject([
    { severity: 'warning', summary: expect.stringContaining('nobody reads it; it is lost after') },
  ])
  await keep('32MB')
  const past = await lookUntil(onPrimary, (s) =>
    s.findings('slot-retains-wal', 'slot left').some((f) => f.severity === 'critical'),
  )
  expect(past.findings('slot-retains-wal', 'slot left')).toMatchObject([
    { severity: 'critical', evidence: { wal_status: 'unreserved' } },
  ])
  expect(past.findings('replication-broken')).toEqual([])
  await keep('-1')
  await lookUntil(onPrimary, (s) => !known(s))
  await run(primary.url(), `SELECT pg_drop_replication_slot('left')`)
})

test('a standby that goes is told by the look that misses it, its slot by those after, until it is back', async () => {
  const dataDir = folder.fresh()
  const again = () => startStandby(primary, { dataDir, slot: 'fourth', name: 'fourth' })
  let fourth = await again()
  onTestFinished(() => fourth.stop('immediate'))
  const names = (s: Look) => s.rows('replication-status').map((r) => `${r.standby} ${r.state}`)
  const healthy = await onPrimary()
  expect(names(healthy)).toEqual(['fourth streaming', 'reader streaming'])
  expect(healthy.findings('standby-gone')).toEqual([])
  const unread = `SELECT FROM pg_replication_slots WHERE slot_name = 'fourth' AND NOT active`
  const leave = async () => {
    await fourth.stop('immediate')
    await expect.poll(() => run(primary.url(), unread), { timeout: 20_000 }).toHaveLength(1)
  }
  const missing = await look(primary.url(), config, leave)
  expect(missing.findings('standby-gone')).toMatchObject([
    { subject: 'standby fourth', severity: 'warning', evidence: { state: 'streaming' } },
  ])
  expect(missing.health.deductions).toMatchObject([{ rule: 'standby-gone', points: 5 }])
  const after = await onPrimary()
  expect(names(after)).toEqual(['reader streaming', 'slot fourth not connected'])
  expect(after.findings('standby-gone')).toEqual([])
  fourth = await again()
  expect(names(await onPrimary())).toEqual(['fourth streaming', 'reader streaming'])
  await leave()
  await run(primary.url(), `SELECT pg_drop_replication_slot('fourth')`)
})

test('unused here is no verdict: the standby is watched too, and what it uses stays', async () => {
  const thresholds = { 'drop-unused-index': { days: 0, size: 0 } }
  await run(primary.url(), 'CREATE INDEX t_n ON t (n)', 'ANALYZE t')
  const alone = await look(primary.url(), { thresholds })
  const [said] = alone.opportunities('drop-unused-index', 'index public.t_n')
  expect(said?.summary).toContain('is unused here; standby reader is not watched')
  expect(said).not.toHaveProperty('sql')
  expect(said).not.toHaveProperty('action')

  const monitor = createMonitor({
    targets: [
      { name: 'main', url: primary.url() },
      { name: 'copy', url: standby.url() },
    ],
    config: parseConfig({ thresholds, cadence: { tick: 1, minute: 1 } }),
    env: {},
  })
  monitor.start()
  onTestFinished(() => monitor.stop())
  const proposed = () =>
    monitor.state('main')?.opportunities.find((o) => o.subject === 'index public.t_n')?.sql
  const sql = ['DROP INDEX CONCURRENTLY public.t_n;']
  await expect.poll(proposed, { timeout: 20_000 }).toEqual(sql)
  const use = () => run(standby.url(), 'SET enable_seqscan = off', 'SELECT count(*) FROM t WHERE n = 7')
  await use()
  await expect.poll(proposed, { timeout: 20_000 }).toBeUndefined()
  await run(primary.url(), ...sql)
})

test('a standby whose primary is gone is broken, not in sync, until it is back', async () => {
  expect((await onStandby()).findings('replication-broken')).toEqual([])
  const { dataDir, port } = primary
  await primary.kill()
  const cutOff = await lookUntil(onStandby, (s) => s.findings('replication-broken').length > 0)
  expect(cutOff.findings('replication-broken')).toMatchObject([
    { subject: 'this standby', severity: 'critical' },
  ])
  expect(cutOff.health.score).toBeLessThanOrEqual(60)
  expect(cutOff.rows('replication-status')).toMatchObject([
    { state: 'disconnected' },
    { standby: 'slot third', state: 'not connected' },
  ])
  primary = await start(dataDir, { port })
  await lookUntil(onStandby, (s) => s.findings('replication-broken').length === 0)
})
