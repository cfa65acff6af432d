import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { startStandby } from '../../src/embedded/standby.ts'
import { parseConfig } from '../../src/monitor/config.ts'
import { createMonitor } from '../../src/wire.ts'
import { start, tempFolder } from '../embedded.ts'
import { look, lookUntil, run } from '../observe.ts'

const folder = tempFolder()
const config = { thresholds: { 'replication-lag': { warning: 0.5, critical: 1000 } } }
let primary: EmbeddedServer
let standby: EmbeddedServer
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
    { standby: 'reader', side: 'primary', state: 'streaming' },
  ])
  expect(healthy.findings('replication-lag')).toEqual([])
  const idle = await onStandby()
  expect(idle.rows('replication-status')).toMatchObject([
    { side: 'standby', state: 'streaming', paused: false },
  ])
  expect(idle.findings('replication-broken')).toEqual([])

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
  const sql = ['DROP INDEX CONCURRENTLY "public"."t_n";']
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
  expect(cutOff.rows('replication-status')).toMatchObject([{ state: 'disconnected' }])
  primary = await start(dataDir, { port })
  await lookUntil(onStandby, (s) => s.findings('replication-broken').length === 0)
})
