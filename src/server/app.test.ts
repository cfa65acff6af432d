import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parsePrometheus } from '../../test/prometheus.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../test/servers.ts'
import type { Store } from '../core/store.ts'
import { parseConfig } from '../monitor/config.ts'
import { createMonitor, type Monitor } from '../monitor/monitor.ts'
import { connect } from '../postgres/session.ts'
import { parseUrl, redactUrl } from '../postgres/url.ts'
import { openStore } from '../store/open-store.ts'
import { createApp } from './app.ts'

let database: TestDatabase
let folder: string
let store: Store
let monitor: Monitor
let app: Hono

const targets = () => [
  { name: 'Shop', url: database.monitorUrl },
  { name: 'Gone', url: 'postgres://app:hidden@127.0.0.1:1/nowhere' },
]

/** Resolves at the next event that fits. */
const event = (type: 'cycle' | 'connection', target: string): Promise<void> =>
  new Promise((resolve) => {
    const leave = monitor.subscribe((e) => {
      if (e.type !== type || e.target !== target) return
      leave()
      resolve()
    })
  })

beforeAll(async () => {
  database = await freshDatabase(LATEST)
  await database.query('CREATE TABLE orders (id int PRIMARY KEY)')
  folder = await mkdtemp(join(tmpdir(), 'pgtend-app-'))
  store = await openStore({ path: join(folder, 'history.db') })
  monitor = createMonitor({
    targets: targets(),
    config: parseConfig({ cadence: { tick: 1, minute: 1, sweep: 60 } }),
    store,
    ports: {
      connect: (url) => connect(parseUrl(url, {})),
      redact: redactUrl,
      backoff: () => 1000,
      onError: (error) => {
        throw error
      },
    },
  })
  app = createApp({ monitor })
  const ready = Promise.all([event('cycle', 'shop'), event('connection', 'gone')])
  monitor.start()
  await ready
  await event('cycle', 'shop')
  await event('cycle', 'shop')
})

afterAll(async () => {
  await monitor.stop()
  await store.close()
  await database.drop()
  await rm(folder, { recursive: true })
})

/** The parts of the answers that are looked into. */
interface Body {
  readonly error: object
  readonly targets: readonly { readonly score?: number }[]
  readonly tables: readonly {
    readonly name: string
    readonly kind: string
    readonly columns: readonly { readonly name: string }[]
  }[]
  readonly series: readonly { readonly labels: object; readonly values: readonly (number | null)[] }[]
}
const get = async (path: string): Promise<{ status: number; body: Body }> => {
  const response = await app.request(path)
  return { status: response.status, body: (await response.json()) as Body }
}

test('targets: the status of each, no password', async () => {
  const { body } = await get('/api/targets')
  expect(body.targets).toMatchObject([
    {
      ...{ id: 'shop', name: 'Shop', connection: 'connected', role: 'primary', database: database.name },
      pooler: 'none',
    },
    { id: 'gone', connection: 'unreachable', status: 'unreachable', error: { code: 'unreachable' } },
  ])
  expect(body.targets[0]?.score).toBeGreaterThan(0)
  expect(body.targets[1]).not.toHaveProperty('score')
  expect(JSON.stringify(body)).not.toContain('hidden')
})

test('health: of the first target, of the named one, and of one never met', async () => {
  const first = await get('/api/health')
  expect(first.body).toMatchObject({ target: 'shop', connection: 'connected' })
  expect(first.body).toEqual((await get('/api/health?target=shop')).body)
  expect((await get('/api/health?target=gone')).body).toMatchObject({
    ...{ connection: 'unreachable', at: null, score: null, status: 'unknown', coverage: 0 },
    ...{ deductions: [], findings: [], unknown: [], opportunities: [] },
  })
})

test('coverage is the same on /metrics, in both answers of the API, and what is unknown accounts for it', async () => {
  const { body } = await get('/api/health')
  const { coverage, unknown } = body as unknown as { coverage: number; unknown: readonly { rule: string }[] }
  const { body: all } = await get('/api/targets')
  expect(all.targets[0]).toMatchObject({ coverage })
  const scraped = await (await app.request('/metrics')).text()
  const [, told] = /^pgtend_health_coverage_ratio\{target="shop"\} (\S+)$/m.exec(scraped) ?? []
  expect(Number(told)).toBeCloseTo(coverage, 10)
  expect(unknown.length === 0).toBe(coverage === 1)
  expect(coverage).toBeGreaterThan(0)
})

test('facts: rows, a reason, or 404 with the nearest name', async () => {
  const tables = await get('/api/facts/tables')
  expect(tables.body).toMatchObject({ table: 'tables', ok: true, rows: [{ table: 'orders' }] })
  expect((await get('/api/facts/standby')).body).toMatchObject({ ok: false, reason: 'unsupported' })
  expect((await get('/api/facts/standby?target=gone')).body).toMatchObject({ at: null, reason: 'pending' })
  const missing = await get('/api/facts/tabels')
  expect(missing.status).toBe(404)
  expect(missing.body.error).toMatchObject({
    code: 'unknown-table',
    detail: '"tabels", did you mean tables?',
  })
})

test('catalog: every table with its columns', async () => {
  const { body } = await get('/api/catalog')
  expect(body.tables.find((t) => t.name === 'connections')?.columns.map((c) => c.name)).toContain('used')
  expect(body.tables.find((t) => t.name === 'activity')?.kind).toBe('probe')
})

test('history: a metric that is kept, with labels by name', async () => {
  const used = await get('/api/history?metric=connections.used')
  expect(used.body).toMatchObject({ metric: 'connections.used', unit: 'count', step: 10_000 })
  const [series] = used.body.series
  expect(series?.labels).toEqual({})
  expect(series?.values.filter((v) => v !== null).length).toBeGreaterThan(0)
  const sizes = await get('/api/history?metric=table-sizes.total&range=24h')
  expect(sizes.body.series[0]?.labels).toEqual({
    schema: 'public',
    table: 'orders',
  })
  expect((await get('/api/history?metric=health.score&range=7d')).body).toMatchObject({ step: 1_800_000 })
})

test('findings are those of the store', async () => {
  expect((await get('/api/findings?range=24h')).body).toHaveProperty('findings')
})

test.each([
  ['/api/health?target=nobody', 404, 'unknown-target'],
  ['/api/health?tagret=shop', 400, 'bad-request'],
  ['/api/history', 400, 'bad-request'],
  ['/api/history?metric=connections.nothing', 400, 'bad-request'],
  ['/api/history?metric=__proto__.constructor', 400, 'bad-request'],
  ['/api/history?metric=connections.used&range=2y', 400, 'bad-request'],
  ['/api/facts/constructor', 404, 'unknown-table'],
  ['/api/nothing', 404, 'not-found'],
])('%s is answered %i %s with what to do', async (path, status, code) => {
  const answer = await get(path)
  expect(answer.status).toBe(status)
  expect(answer.body.error).toMatchObject({ code, message: expect.any(String), remedy: expect.any(String) })
})

test('metrics: text that a scrape accepts, the lost target down', async () => {
  const response = await app.request('/metrics')
  expect(response.headers.get('content-type')).toContain('version=0.0.4')
  const families = parsePrometheus(await response.text())
  const up = families.find((f) => f.name === 'pgtend_up')
  expect(up?.samples.map((s) => s.value)).toEqual([1, 0])
  const cost = families.find((f) => f.name === 'pgtend_probe_seconds')
  expect(cost?.samples.map((s) => s.labels.probe)).toContain('activity')
  expect(families.find((f) => f.name === 'pgtend_connections_used')?.samples[0]?.value).toBeGreaterThan(0)
})

describe('events', () => {
  test('each cycle is told', async () => {
    const response = await app.request('/api/events')
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let text = ''
    while (!/event: cycle\ndata: .*\n\n/.test(text)) {
      const { value } = await reader.read()
      text += new TextDecoder().decode(value)
    }
    await reader.cancel()
    const data = JSON.parse(/event: cycle\ndata: (.*)\n/.exec(text)?.[1] ?? '') as { tables: string[] }
    expect(data).toMatchObject({ type: 'cycle', target: 'shop' })
    expect(data.tables).toContain('connections')
  })

  test('a reader that leaves is forgotten', async () => {
    let listeners = 0
    const counted: Monitor = {
      ...monitor,
      subscribe: (listener) => {
        listeners++
        const leave = monitor.subscribe(listener)
        return () => {
          listeners--
          leave()
        }
      },
    }
    const response = await createApp({ monitor: counted }).request('/api/events')
    expect(listeners).toBe(1)
    await response.body?.cancel()
    expect(listeners).toBe(0)
  })
})

test('a fault of our own is told to the log, not to the client', async () => {
  const faults: unknown[] = []
  const broken: Monitor = {
    ...monitor,
    state: () => {
      throw new Error('postgres://app:hidden@db/')
    },
  }
  const response = await createApp({ monitor: broken, onFault: (e) => faults.push(e) }).request('/api/health')
  expect(response.status).toBe(500)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'internal' } })
  expect(text).not.toMatch(/hidden|at .*\.ts/)
  expect(faults).toHaveLength(1)
})
