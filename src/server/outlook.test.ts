import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillHistory } from '../../test/history.ts'
import type { Capacity, Success } from '../core/capacity.ts'
import type { Store } from '../core/store.ts'
import { parseConfig } from '../monitor/config.ts'
import { openStore } from '../store/open-store.ts'
import { createMonitor } from '../wire.ts'
import { createApp } from './app.ts'

const config = parseConfig({
  targets: [{ name: 'app', url: 'postgres://localhost/app' }],
  limits: { storage: '5 GB' },
})
let folder: string
let store: Store

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgtend-outlook-'))
  store = await openStore({ path: join(folder, 'history.db') })
  await fillHistory(store, { now: Date.now() })
})
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

async function get<T>(path: string): Promise<{ status: number; body: T }> {
  // Never started: the history answers while the server can't be reached.
  const app = createApp({ monitor: createMonitor({ config, store }) })
  const response = await app.request(`http://localhost${path}`)
  return { status: response.status, body: (await response.json()) as T }
}

test('capacity tells when the configured limit is reached, from the history alone', async () => {
  const { status, body } = await get<Capacity>('/api/capacity?target=app')
  expect(status).toBe(200)
  expect(body.subjects[0]).toMatchObject({ kind: 'database', limit: 5 * 1024 ** 3 })
  expect(body.subjects[0]?.limitReached?.expected).toBeGreaterThan(Date.now())
})

test.each(['24h', '7d', '30d', '90d'])('success over %s', async (range) => {
  const { status, body } = await get<Success>(`/api/success?range=${range}`)
  expect(status).toBe(200)
  expect(body.watched).toBeGreaterThan(0.98)
  expect(body.metrics.map((m) => m.name)).toEqual([
    'p95',
    'availability',
    'connections',
    'cache-hit',
    'dead-rows',
    'backups',
    'recovery',
  ])
  expect(body.metrics[1]).toMatchObject({ actual: 1, met: true })
})

test.each(['0d', '91d', '1w', 'x'])('a range of %s is refused with what would do', async (range) => {
  const { status, body } = await get<{ error: { code: string; detail: string } }>(
    `/api/success?range=${range}`,
  )
  expect(status).toBe(400)
  expect(body.error).toMatchObject({ code: 'bad-request', detail: expect.stringContaining('30d') })
})

test.each(['/api/capacity', '/api/success'])('%s without a store says so', async (path) => {
  const app = createApp({ monitor: createMonitor({ config }) })
  const response = await app.request(`http://localhost${path}`)
  expect(response.status).toBe(409)
  expect(await response.json()).toMatchObject({ error: { code: 'no-store' } })
})

test('an unknown target is told', async () => {
  expect(await get('/api/capacity?target=nope')).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown-target' } },
  })
})
