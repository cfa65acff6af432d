/** A watched database with a table that wants an index, and the API over it: for tests of what the optimizer's surfaces show. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { TargetConfig } from '../src/monitor/config.ts'
import { parseConfig } from '../src/monitor/config.ts'
import { createOptimizer } from '../src/optimize-service.ts'
import { createPrivatePlanners, type PrivatePlanners } from '../src/private-planners.ts'
import { createQueries, type Queries } from '../src/query-service.ts'
import { createApp } from '../src/server/app.ts'
import { createMonitor } from '../src/wire.ts'
import type { TestDatabase } from './servers.ts'

/** A home for the private planners of one test file. */
export function plannerHome(): () => string {
  let home = ''
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'pgtend-planners-'))
    // The account that servers run as must get in.
    chmodSync(home, 0o755)
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  return () => home
}

/** 50,000 orders of 5,000 customers without an index on the customer, analysed. PostgreSQL 15 and newer. */
export async function fillOrders(db: TestDatabase): Promise<void> {
  await db.query(`create table orders as select i as id, i % 5000 as customer, now() - i * interval '1 minute' as created_at,
    repeat('x', 50) as note from generate_series(1, 50000) i`)
  await db.query('analyze orders')
  // Or filling the table would count among the writes of the window.
  await db.query('select pg_stat_force_next_flush()')
}

export interface OptimizerApp {
  readonly planners: PrivatePlanners
  readonly queries: Queries
  /** The answer of an address; with a body it is POSTed. */
  ask(path: string, body?: object | string): Promise<{ status: number; body: Record<string, never> }>
  /** Resolves after the next cycle of the first target. */
  cycle(): Promise<void>
  stop(): Promise<void>
}

export function optimizerApp(targets: readonly TargetConfig[], home: string): OptimizerApp {
  const config = parseConfig({ cadence: { tick: 1, minute: 1 } })
  const monitor = createMonitor({ targets, config })
  const planners = createPrivatePlanners({ targets, home })
  const [optimizer, queries] = [createOptimizer(planners), createQueries(planners)]
  const app = createApp({ monitor, optimizer, queries })
  const cycle = (): Promise<void> =>
    new Promise((resolve) => {
      const leave = monitor.subscribe(({ type, target }) => {
        if (type !== 'cycle' || target !== monitor.targets[0]) return
        leave()
        resolve()
      })
    })
  monitor.start()
  return {
    ...{ planners, queries, cycle },
    async ask(path, body) {
      const init = body !== undefined && {
        ...{ method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) },
        headers: { 'content-type': 'application/json', origin: 'http://localhost' },
      }
      const response = await app.request(`http://localhost${path}`, init || {})
      return { status: response.status, body: (await response.json()) as Record<string, never> }
    },
    async stop() {
      await queries.stop()
      await optimizer.stop()
      await planners.close()
      await monitor.stop()
    },
  }
}
