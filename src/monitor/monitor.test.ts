import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'
import { startServer } from '../embedded/server.ts'
import { openStore } from '../store/open-store.ts'
import { createMonitor } from '../wire.ts'
import { parseConfig } from './config.ts'
import type { Monitor, MonitorEvent } from './monitor.ts'
import type { TargetState } from './target-state.ts'

const config = parseConfig({ cadence: { tick: 0.2, minute: 0.4, sweep: 1 } })
const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const database = async (major = LATEST): Promise<TestDatabase> => {
  const fresh = await freshDatabase(major)
  cleanups.push(() => fresh.drop())
  return fresh
}
const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'pgtend-monitor-'))
  cleanups.push(() => rm(path, { recursive: true, force: true }))
  return path
}
const started = (monitor: Monitor): Monitor => {
  monitor.start()
  cleanups.push(() => monitor.stop())
  return monitor
}
const until = async (
  monitor: Monitor,
  id: string,
  holds: (state: TargetState) => boolean,
): Promise<TargetState> => {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const state = monitor.state(id)
    if (state && holds(state)) return state
  }
  throw new Error(
    `not within 30 s; last: ${JSON.stringify(monitor.state(id), (k, v) => (k === 'tables' ? undefined : v))}`,
  )
}

/** What pg_monitor does not show. */
const WITHOUT_DATA = new Set(['column-widths', 'table-bloat', 'index-bloat'])

describe.each(majors)('PostgreSQL %i', (major) => {
  test('is watched: every table read or said why not, health, rates after the second sample', async () => {
    const db = await database(major)
    await db.query('create table guests (id int primary key, name text)')
    const monitor = started(createMonitor({ targets: [{ name: 'one', url: db.monitorUrl }], config }))
    const state = await until(monitor, 'one', (s) => s.tables.get('query-performance')?.outcome.ok === true)
    expect(state.connection).toBe('connected')
    expect(state.capabilities?.major).toBe(major)
    expect(state.health?.coverage).toBeGreaterThan(0.9)
    for (const [name, { outcome }] of state.tables) {
      if (!outcome.ok)
        expect([name, outcome.reason]).toEqual([
          name,
          expect.stringMatching(WITHOUT_DATA.has(name) ? /denied/ : /unsupported|pending/),
        ])
    }
    expect(state.tables.get('table-names')?.outcome).toMatchObject({
      rows: expect.arrayContaining([expect.objectContaining({ name: 'guests' })]),
    })
    expect(state.costs.get('activity')?.ms).toBeGreaterThanOrEqual(0)
    expect(state.url).not.toContain('secret')
  })
})

test('a new table is seen at the next cycle, a new extension soon after', async () => {
  const db = await database()
  const monitor = started(createMonitor({ targets: [{ name: 'one', url: db.monitorUrl }], config }))
  await until(monitor, 'one', (s) => s.tables.get('table-names')?.outcome.ok === true)
  await db.query('create table late (id int primary key)')
  const names = (s: TargetState): string => JSON.stringify(s.tables.get('table-names')?.outcome)
  await until(monitor, 'one', (s) => names(s).includes('late'))
  await db.query('drop extension pg_stat_statements')
  await until(monitor, 'one', (s) => s.tables.get('statements')?.outcome.ok === false)
  await db.query('create extension pg_stat_statements')
  await until(monitor, 'one', (s) => s.tables.get('statements')?.outcome.ok === true)
})

test('a server that goes away is a state; when it comes back, no counter is differenced across', async () => {
  const dataDir = join(await folder(), 'data')
  const server = await startServer({ major: LATEST, dataDir })
  cleanups.push(() => server.stop('immediate'))
  const other = await database()
  const events: MonitorEvent[] = []
  const monitor = createMonitor({
    targets: [
      { name: 'goes', url: server.url() },
      { name: 'stays', url: other.monitorUrl },
    ],
    config,
  })
  monitor.subscribe((e) => events.push(e))
  started(monitor)
  await until(monitor, 'goes', (s) => s.health !== undefined)
  await server.kill()
  const gone = await until(monitor, 'goes', (s) => s.connection === 'unreachable')
  expect(gone.error).toMatchObject({
    code: 'unreachable',
    remedy: expect.stringContaining('PostgreSQL is running'),
  })
  expect(gone.health).toBeDefined()
  const before = monitor.state('stays')?.at ?? 0
  await until(monitor, 'stays', (s) => (s.at ?? 0) > before + 500)

  const again = await startServer({ major: LATEST, dataDir, port: server.port })
  cleanups.push(() => again.stop('immediate'))
  const back = await until(monitor, 'goes', (s) => s.connection === 'connected' && (s.at ?? 0) > gone.since)
  expect(back.error).toBeUndefined()
  const rates = back.tables.get('database-rates')?.outcome
  if (rates?.ok) for (const row of rates.rows) expect(Number(row.transactions)).toBeGreaterThanOrEqual(0)
  const changes = events.filter((e) => e.type === 'connection' && e.target === 'goes')
  expect(changes.length).toBeGreaterThanOrEqual(3)
})

test('the history has health, series and findings, and says when the target was down', async () => {
  const db = await database()
  const store = await openStore({ path: join(await folder(), 'history.db') })
  cleanups.push(() => store.close())
  const monitor = createMonitor({ targets: [{ name: 'one', url: db.monitorUrl }], config, store })
  monitor.start()
  await until(monitor, 'one', (s) => s.tables.get('query-performance')?.outcome.ok === true)
  await sleep(500)
  await monitor.stop()
  const range = (metric: string) =>
    store.range({ target: 'one', metric, from: Date.now() - 60_000, to: Date.now() + 60_000, step: 1000 })
  for (const metric of ['health.score', 'target.up', 'connections.used', 'database-rates.transactions']) {
    const [series] = await range(metric)
    expect(series?.values.filter((v) => v !== null).length, metric).toBeGreaterThan(0)
  }
})

test('two targets of one name have ids of their own, and a URL that can not be is refused at once', async () => {
  const db = await database()
  const target = { name: 'Main DB', url: db.monitorUrl }
  expect(createMonitor({ targets: [target, target], config }).targets).toEqual(['main-db', 'main-db-2'])
  expect(() => createMonitor({ targets: [{ url: 'mysql://x' }], config })).toThrow(/connection URL/)
  expect(() => createMonitor({ targets: [], config })).toThrow(/No database/)
})

test('sixty servers that never answer keep nobody from the one that does', async () => {
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  cleanups.push(async () => void silent.close())
  const { port } = silent.address() as AddressInfo
  const hanging = Array.from({ length: 60 }, (_, i) => ({
    name: `silent-${i}`,
    url: `postgres://nobody@127.0.0.1:${port}/db${i}?sslmode=disable`,
  }))
  const db = await database()
  const monitor = createMonitor({ targets: [...hanging, { name: 'one', url: db.monitorUrl }], config })
  let lost = 0
  monitor.subscribe(({ type, target }) => {
    if (type === 'connection' && target.startsWith('silent')) lost++
  })
  started(monitor)
  await until(monitor, 'one', (s) => s.connection === 'connected')
  // Otherwise it would have had to wait until the logins of the others had timed out.
  expect(lost).toBe(0)
})
