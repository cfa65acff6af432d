import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '../core/errors.ts'
import type { RangeQuery, Series } from '../core/store.ts'
import { BROAD, floorTo } from './rollup.ts'
import { type Extent, planSources, type Source, widenStep } from './sources.ts'
import { transaction } from './transaction.ts'

const DEFAULT_TOP = 20
/** More buckets than this no screen can show; it bounds memory against a step of one millisecond. */
const MOST_BUCKETS = 20_000

/** Averages and maxima over buckets, for the series of one metric with the greatest means. */
export function readRange(db: DatabaseSync, query: RangeQuery): Series[] {
  for (const name of ['from', 'to', 'step', 'top'] as const) {
    const value = query[name] ?? 1
    const least = name === 'step' || name === 'top' ? 1 : 0
    if (!Number.isSafeInteger(value) || value < least) {
      throw new AppError('bad-request', `${name} must be a whole number, ${least} or more`)
    }
  }
  if ((query.to - query.from) / query.step > MOST_BUCKETS) {
    throw new AppError(
      'bad-request',
      `the step is too small: the range would have over ${MOST_BUCKETS} buckets`,
    )
  }
  return query.from < query.to ? transaction(db, 'deferred', () => read(db, query)) : []
}

function read(db: DatabaseSync, query: RangeQuery): Series[] {
  const target = db
    .prepare('select id, raw_from, rolled_to from target where name = ?')
    .get(query.target.toWellFormed()) as unknown as Target | undefined
  if (!target) return []
  const known = db
    .prepare('select id, labels from series where target = ? and metric = ?')
    .all(target.id, query.metric.toWellFormed()) as unknown as SeriesRow[]
  const { from, to, top = DEFAULT_TOP } = query
  const step = widenStep(query, target)

  let ids = known.map((series) => series.id)
  if (ids.length > top) {
    // A mean is the same from roll-ups of any width, so the coarsest will do.
    const samples = samplesOf(target.id, ids, planSources(from, to, BROAD, target))
    const greatest = db
      .prepare(
        `select series from (${samples.sql}) group by series order by sum(sum) / sum(n) desc, series limit ?`,
      )
      .all(...samples.values, top)
    ids = greatest.map((row) => row.series as number)
  }
  if (ids.length === 0) return []

  const samples = samplesOf(target.id, ids, planSources(from, to, step, target))
  const buckets = db
    .prepare(
      `select series, at - at % ? as bucket, sum(n) as n, sum(sum) as sum, max(max) as max
       from (${samples.sql}) group by 1, 2`,
    )
    .all(step, ...samples.values) as unknown as BucketRow[]
  return toSeries(query, step, new Map(known.map((s) => [s.id, s.labels])), buckets)
}

interface Target extends Extent {
  readonly id: number
}

interface SeriesRow {
  readonly id: number
  readonly labels: string
}

/** Points and roll-ups alike, from each source in its span, and the values of the text's parameters. */
function samplesOf(target: number, ids: readonly number[], sources: readonly Source[]) {
  // One JSON parameter: a list of parameters has a limit, and another query text for each length.
  const chosen = 'series in (select value from json_each(?))'
  const list = JSON.stringify(ids)
  const parts = sources.map(({ width, from, to }) =>
    width === 0
      ? {
          sql: `select series, at, 1 as n, value as sum, value as max from point
            where target = ? and at >= ? and at < ? and ${chosen}`,
          values: [target, from, to, list],
        }
      : {
          sql: `select series, bucket as at, n, sum, max from rollup
            where width = ? and bucket >= ? and bucket < ? and ${chosen}`,
          values: [width, from, to, list],
        },
  )
  return {
    sql: parts.map((part) => part.sql).join(' union all '),
    values: parts.flatMap((part) => part.values),
  }
}

interface BucketRow {
  readonly series: number
  readonly bucket: number
  readonly n: number
  readonly sum: number
  readonly max: number
}

function toSeries(
  query: RangeQuery,
  step: number,
  labels: ReadonlyMap<number, string>,
  rows: readonly BucketRow[],
): Series[] {
  const start = floorTo(query.from, step)
  const at = Array.from({ length: Math.ceil((query.to - start) / step) }, (_, i) => start + i * step)
  const found = new Map<
    number,
    { n: number; sum: number; values: (number | null)[]; max: (number | null)[] }
  >()
  for (const { series, bucket, n, sum, max } of rows) {
    let own = found.get(series)
    if (!own) {
      own = { n: 0, sum: 0, values: new Array(at.length).fill(null), max: new Array(at.length).fill(null) }
      found.set(series, own)
    }
    own.n += n
    own.sum += sum
    own.values[(bucket - start) / step] = sum / n
    own.max[(bucket - start) / step] = max
  }
  return [...found]
    .sort(([a, x], [b, y]) => y.sum / y.n - x.sum / x.n || a - b)
    .map(([series, { values, max }]) => ({
      metric: query.metric,
      labels: JSON.parse(labels.get(series) ?? '[]'),
      at,
      values,
      max,
    }))
}
