import type { Series, Store } from '../core/store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** A bucket of roll-ups is five minutes at least. */
const LEAST_STEP = 5 * MINUTE
/** From this length on half hours will do, except for availability. */
const LONG = 48 * HOUR
/** Even with these, more buckets than the store gives would take three months of five minutes. */
const MOST_FINE = 60 * 24 * HOUR

export interface Span {
  readonly target: string
  /** Sums over all databases when it isn't given. */
  readonly database?: string
  /** Half open, epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Seconds between two ticks: with fewer buckets than ticks every second one would look unwatched. */
  readonly tick: number
}

/** What the history says of a span. Null where it says nothing. */
export interface Measures {
  /** Share of the span in which pgtend was watching. */
  readonly watched: number
  /** Share of the watched time in which the server answered, and the seconds in which it did not. */
  readonly availability: number | null
  readonly down: number
  readonly p95: number | null
  readonly connections: number | null
  readonly cacheHit: number | null
  readonly deadRows: number | null
}

/** Reads what the goals are judged by. Averages are over time: every bucket counts alike. */
export async function measure(store: Pick<Store, 'range'>, span: Span): Promise<Measures> {
  const { target, from, to } = span
  const length = to - from
  const step = length > LONG ? 30 * MINUTE : LEAST_STEP
  const fine = Math.max(length > MOST_FINE ? 30 * MINUTE : LEAST_STEP, 2000 * span.tick)
  const read = (metric: string, width = Math.max(step, 2000 * span.tick)) =>
    store.range({ target, metric, from, to, step: Math.ceil(width) })
  const [up, p95, calls, utilisation, hits, misses, dead] = await Promise.all([
    read('target.up', fine),
    read('query-performance.p95'),
    read('query-performance.calls_rate'),
    read('connections.utilisation'),
    read('database-rates.blocks_hit'),
    read('database-rates.blocks_read'),
    read('dead-rows-total.ratio'),
  ])
  return {
    ...uptime(up[0], from, to),
    p95: weighted(p95[0], calls[0]),
    connections: mean(known(utilisation[0])),
    cacheHit: share(blocks(hits, span), blocks(misses, span)),
    deadRows: mean(known(dead[0])),
  }
}

const known = (series: Series | undefined): number[] => (series?.values ?? []).filter((v) => v !== null)
const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0)
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : sum(values) / values.length

/** Time without a point is unknown: pgtend itself was not running. */
function uptime(
  up: Series | undefined,
  from: number,
  to: number,
): Pick<Measures, 'watched' | 'availability' | 'down'> {
  if (!up) return { watched: 0, availability: null, down: 0 }
  let [watched, down] = [0, 0]
  for (const [i, value] of up.values.entries()) {
    if (value === null) continue
    const start = up.at[i] as number
    const length = Math.min(to, up.at[i + 1] ?? to) - Math.max(from, start)
    watched += length
    down += (1 - value) * length
  }
  return {
    watched: watched / (to - from),
    availability: watched === 0 ? null : 1 - down / watched,
    down: down / 1000,
  }
}

/** The mean of percentiles, those of busy times counting more; the percentile of the whole span isn't in the history. */
function weighted(p95: Series | undefined, calls: Series | undefined): number | null {
  if (!p95) return null
  const rates = new Map(calls?.at.map((at, i) => [at, calls.values[i] ?? 0]))
  let [total, weight] = [0, 0]
  for (const [i, value] of p95.values.entries()) {
    const rate = rates.get(p95.at[i] as number) ?? 0
    if (value === null) continue
    total += value * rate
    weight += rate
  }
  return weight === 0 ? mean(known(p95)) : total / weight
}

/** Blocks a second over the span, of the one database or of all. */
function blocks(series: readonly Series[], { database }: Span): number | null {
  const own = series.filter(({ labels }) => database === undefined || labels[0] === database)
  const values = own.flatMap((s) => mean(known(s)) ?? [])
  return values.length === 0 ? null : sum(values)
}

const share = (hits: number | null, misses: number | null): number | null =>
  hits === null || misses === null || hits + misses === 0 ? null : hits / (hits + misses)
