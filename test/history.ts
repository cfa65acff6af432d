/** A made-up history with a known truth, written through the store as the monitor does; for tests, never the product. */
import type { Point, Store } from '../src/core/store.ts'

export const DAY = 86_400_000
const MINUTE = 60_000
const GIB = 1024 ** 3
const MIB = 1024 ** 2

export interface Truth {
  /** The end of the history, epoch milliseconds. */
  readonly now: number
  /** Default 90. */
  readonly days?: number
  readonly target?: string
  readonly database?: string
  /** Stretches in which pgtend did not run, and in which the server did not answer: from and to, in days before now. */
  readonly unwatched?: readonly (readonly [number, number])[]
  readonly down?: readonly (readonly [number, number])[]
}

/** What the made-up history says, for the tests that read it back. */
export const TRUTH = {
  /** Bytes now and a day. */
  database: { now: 3.2 * GIB, perDay: 16 * MIB },
  /** Loaded at once, that many days ago. */
  load: { table: 'public.api_usage_logs', size: 600 * MIB, daysAgo: 30, now: 1.4 * GIB, perDay: 8 * MIB },
  flat: { table: 'public.suppliers', now: 40 * MIB },
  usable: 57,
  p95: 0.12,
  utilisation: 0.4,
  cacheHit: 0.99,
  deadRows: 0.08,
} as const

/** Numbers from 0 to 1, the same on every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
}

/** About normal, mean 0 and deviation 1. */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())

/** Fills an empty store: half-hourly values and availability every five minutes. Takes a second or two for 90 days. */
export async function fillHistory(store: Store, truth: Truth): Promise<void> {
  const { now, days = 90, target = 'app', database = 'app', unwatched = [], down = [] } = truth
  const random = seeded(1)
  const within = (stretches: readonly (readonly [number, number])[], at: number): boolean =>
    stretches.some(([from, to]) => at >= now - from * DAY && at < now - to * DAY)
  const append = (points: readonly Point[]) => store.append({ target, at: now, points })
  // Once raw points are gone up to 49 hours ago, older ones go straight into the roll-ups instead of through them.
  await append([up(target, now - 50 * 3_600_000, 1), up(target, now, 1)])
  await store.maintain(now)

  const first = Math.ceil((now - days * DAY) / (5 * MINUTE)) * 5 * MINUTE
  let points: Point[] = []
  for (let at = first; at <= now; at += 5 * MINUTE) {
    if (within(unwatched, at)) continue
    const isDown = within(down, at)
    points.push(up(target, at, isDown ? 0 : 1))
    if (!isDown && at % (30 * MINUTE) === 0) points.push(...valuesAt(target, database, at, now, random))
    if (points.length > 5_000) {
      await append(points)
      points = []
    }
  }
  await append(points)
  await store.maintain(now)
}

const up = (target: string, at: number, value: 0 | 1): Point => ({
  ...{ target, metric: 'target.up', labels: '[]', at, value },
})

function valuesAt(target: string, database: string, at: number, now: number, random: () => number): Point[] {
  const ago = (now - at) / DAY
  const { load, flat, usable } = TRUTH
  const noise = (size: number): number => size * normal(random)
  const loaded = ago > load.daysAgo ? load.size : 0
  const used = Math.max(1, Math.round(TRUTH.utilisation * usable + noise(2)))
  const value = (metric: string, number: number, ...labels: string[]): Point => ({
    ...{ target, metric, labels: JSON.stringify(labels), at, value: number },
  })
  return [
    value('storage.database', TRUTH.database.now - ago * TRUTH.database.perDay + noise(2 * MIB)),
    value('table-sizes.total', load.now - ago * load.perDay - loaded + noise(MIB), ...load.table.split('.')),
    value('table-sizes.total', flat.now, ...flat.table.split('.')),
    value('connections.used', used),
    value('connections.utilisation', used / usable),
    value('databases.xid_age', 90e6 - ago * 400_000, database),
    value('query-performance.p95', TRUTH.p95 + Math.abs(noise(0.01))),
    value('query-performance.calls_rate', 50),
    value('database-rates.blocks_hit', 990, database),
    value('database-rates.blocks_read', 10, database),
    value('database-rates.blocks_hit', 100, 'postgres'),
    value('database-rates.blocks_read', 900, 'postgres'),
    value('dead-rows-total.ratio', TRUTH.deadRows),
    value('health.score', 95),
  ]
}
