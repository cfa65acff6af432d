import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase, LATEST, type TestDatabase } from '../test/servers.ts'
import { createOptimizer, type Optimizer } from './optimize-service.ts'
import type { OptimizeProgress } from './optimizer/optimize-run.ts'
import { createPrivatePlanners, type PrivatePlanners } from './private-planners.ts'

let db: TestDatabase
let plain: TestDatabase
let optimizer: Optimizer
let planners: PrivatePlanners
const home = mkdtempSync(join(tmpdir(), 'pgtend-optimizer-'))

beforeAll(async () => {
  db = await freshDatabase(LATEST)
  plain = await freshDatabase(LATEST)
  await plain.query('drop extension pg_stat_statements')
  await db.query(`create table orders as select i as id, i % 5000 as customer, now() - i * interval '1 minute' as created_at
    from generate_series(1, 50000) i`)
  await db.query('analyze orders')
  // Or filling the table would count among the writes of the window.
  await db.query('select pg_stat_force_next_flush()')
  planners = createPrivatePlanners({
    targets: [
      { url: db.url, name: 'shop' },
      { url: plain.url, name: 'plain' },
    ],
    home,
  })
  optimizer = createOptimizer(planners)
})
afterAll(async () => {
  await optimizer?.stop()
  await planners?.close()
  await Promise.all([db?.drop(), plain?.drop()])
  rmSync(home, { recursive: true, force: true })
})

const ask = () => db.query('select * from orders where customer = $1', [42])

test('from the statements of a target to a proved index, step by step, and the report is kept', async () => {
  const steps: OptimizeProgress[] = []
  const onProgress = (progress: OptimizeProgress) => {
    steps.push(progress)
    if (progress.step === 'watch') void ask()
  }
  expect(optimizer.state('shop')).toEqual({ state: 'never' })
  const report = await optimizer.optimize('shop', { seconds: 2, onProgress })
  expect(report.advice.indexes).toMatchObject([
    {
      summary: 'orders (customer)',
      ddl: ['CREATE INDEX CONCURRENTLY orders_customer_idx ON public.orders USING btree (customer);'],
      action: { name: 'create-index-concurrently', input: { table: 'orders' } },
    },
  ])
  const [statement] = report.advice.indexes[0]?.statements ?? []
  expect(JSON.stringify(statement?.planAfter)).toContain('"Index Name":"orders_customer_idx"')
  expect(optimizer.state('shop')).toEqual({ state: 'done', report })
  expect([...new Set(steps.map((s) => s.step))]).toEqual([
    'watch',
    'rebuild',
    'statements',
    'candidates',
    'choice',
    'proof',
  ])
  for (const { done, total } of steps) expect(done).toBeLessThanOrEqual(total ?? Number.POSITIVE_INFINITY)
})

test('one run of a target at a time; a signal ends it', async () => {
  const stop = new AbortController()
  const run = optimizer.optimize('shop', { seconds: 600, signal: stop.signal })
  expect(optimizer.state('shop')).toMatchObject({ state: 'running', progress: { step: 'watch' } })
  await expect(optimizer.optimize('shop')).rejects.toMatchObject({ code: 'already-running' })
  stop.abort(new Error('enough'))
  await expect(run).rejects.toThrow('enough')
  expect(optimizer.state('shop')).toMatchObject({ state: 'failed', report: {} })
  const cancelled = expect(optimizer.optimize('shop', { seconds: 600 })).rejects.toMatchObject({
    code: 'optimization-cancelled',
  })
  await optimizer.cancel('shop')
  await cancelled
  expect(optimizer.state('shop')).toMatchObject({ error: { code: 'optimization-cancelled' } })
})

test('what stands in the way is said', async () => {
  await expect(optimizer.optimize('none')).rejects.toMatchObject({ code: 'unknown-target' })
  await expect(optimizer.optimize('plain')).rejects.toMatchObject({
    code: 'no-statements',
    detail: expect.stringContaining('CREATE EXTENSION pg_stat_statements'),
  })
})
