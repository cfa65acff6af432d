import type { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { AppError } from '../core/errors.ts'
import type { RangeQuery, Series } from '../core/store.ts'
import { all, build, first } from './queries.ts'
import { BROAD, floorTo } from './rollup.ts'
import { planSources, type Source, widenStep } from './sources.ts'
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
  const target = first(
    db,
    build.selectFrom('target').selectAll().where('name', '=', query.target.toWellFormed()),
  )
  if (!target) return []
  const known = all(
    db,
    build
      .selectFrom('series')
      .select(['id', 'labels'])
      .where('target', '=', target.id)
      .where('metric', '=', query.metric.toWellFormed()),
  )
  const { from, to, top = DEFAULT_TOP } = query
  const step = widenStep(query, target)

  let ids = known.map((series) => series.id)
  if (ids.length > top) {
    // A mean is the same from roll-ups of any width, so the coarsest will do.
    const greatest = build
      .selectFrom(samplesOf(target.id, ids, planSources(from, to, BROAD, target)).as('s'))
      .select('series')
      .groupBy('series')
      .orderBy(sql`sum(sum) / sum(n)`, 'desc')
      .orderBy('series')
      .limit(top)
    ids = all(db, greatest).map((row) => row.series)
  }
  if (ids.length === 0) return []

  const buckets = build
    .selectFrom(samplesOf(target.id, ids, planSources(from, to, step, target)).as('s'))
    .select([
      'series',
      sql<number>`at - at % ${sql.lit(step)}`.as('bucket'),
      sql<number>`sum(n)`.as('n'),
      sql<number>`sum(sum)`.as('sum'),
      sql<number>`max(max)`.as('max'),
    ])
    .groupBy(['series', 'bucket'])
  return toSeries(query, step, new Map(known.map((s) => [s.id, s.labels])), all(db, buckets))
}

function samplesOf(target: number, ids: readonly number[], sources: readonly Source[]) {
  // One JSON parameter: a list of parameters has a limit, and another query text for each length.
  const chosen = sql<number>`(select value from json_each(${JSON.stringify(ids)}))`
  const parts = sources.map(({ width, from, to }) =>
    width === 0
      ? build
          .selectFrom('point')
          .select(['series', 'at', sql<number>`1`.as('n'), 'value as sum', 'value as max'])
          .where('target', '=', target)
          .where('at', '>=', from)
          .where('at', '<', to)
          .where('series', 'in', chosen)
      : build
          .selectFrom('rollup')
          .select(['series', 'bucket as at', 'n', 'sum', 'max'])
          .where('series', 'in', chosen)
          .where('width', '=', width)
          .where('bucket', '>=', from)
          .where('bucket', '<', to),
  )
  return parts.reduce((all, part) => all.unionAll(part))
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
