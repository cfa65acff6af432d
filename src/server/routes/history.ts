import { z } from 'zod'
import type { Column, Unit } from '../../core/columns.ts'
import { AppError } from '../../core/errors.ts'
import type { Cadence } from '../../core/probe.ts'
import { derived } from '../../derived/index.ts'
import { renewedBy } from '../../monitor/history.ts'
import { probes } from '../../probes/index.ts'
import { tables } from '../knowledge.ts'
import { defineRoute, target, targetOf } from '../route.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

/** Length and least bucket width of each range, in milliseconds: at most 720 points a series. */
const RANGES = {
  '1h': { length: HOUR, step: 10 * SECOND },
  '24h': { length: 24 * HOUR, step: 300 * SECOND },
  '7d': { length: 7 * 24 * HOUR, step: 1800 * SECOND },
} as const

export default defineRoute({
  path: '/api/history',
  doc: 'One metric over time, `table.column`, `health.score` or `target.up`; the 20 series with the greatest mean. `values` are averages and `max` maxima over buckets of `step` milliseconds; a bucket without a sample is null.',
  answer: '{ metric, unit, step, series: [{ labels: {name: value}, at: [], values: [], max: [] }] }',
  query: z.strictObject({
    target,
    metric: z.string().max(200).describe('`table.column` of a column that the catalog lists under history'),
    range: z.enum(['1h', '24h', '7d']).default('1h').describe('1h, 24h or 7d'),
  }),
  async handle({ query }, { monitor }) {
    const { metric, range } = query
    const { id } = targetOf(monitor, query.target)
    const { unit, labels, every } = metricOf(metric)
    const { length, step: least } = RANGES[range]
    // Twice the rhythm of the samples: jitter must not leave holes in a line that has none.
    const step = Math.max(least, 2 * SECOND * monitor.config.cadence[every])
    // Whole buckets, so that a bucket's value doesn't change with the moment of asking.
    const to = Math.ceil(Date.now() / step) * step
    const found = await monitor.store?.range({ target: id, metric, from: to - length, to, step })
    const series = (found ?? []).map(({ labels: names, at, values, max }) => ({
      labels: Object.fromEntries(labels.map((name, i) => [name, names[i] ?? null])),
      at,
      values,
      max,
    }))
    return { metric, unit, step, series }
  },
})

type Rhythm = 'tick' | 'minute' | 'sweep'

function metricOf(metric: string): { unit: Unit; labels: readonly string[]; every: Rhythm } {
  if (metric === 'health.score' || metric === 'target.up') return { unit: 'none', labels: [], every: 'tick' }
  const [name = '', column = ''] = metric.split('.')
  const table = tables.get(name)
  const spec = table?.history?.includes(column) ? table.columns[column] : undefined
  if (!table || !spec)
    throw new AppError('bad-request', `"${metric}" is not kept; /api/catalog names what is`)
  const labels = Object.keys(table.columns).filter((c) => table.columns[c]?.kind === 'label')
  return { unit: keptUnit(spec), labels, every: rhythmOf(name) }
}

/** Counters are kept as differences per second. */
function keptUnit({ kind, unit }: Column): Unit {
  if (kind !== 'counter') return unit
  return unit === 'bytes' ? 'bytes_per_second' : 'per_second'
}

/** A derived table is renewed with the quickest of what it is computed from. */
function rhythmOf(table: string): Rhythm {
  const renewed = (...every: Cadence[]) =>
    renewedBy(new Set(probes.filter((p) => every.includes(p.every)).map((p) => p.name)), derived)
  if (renewed('tick').has(table)) return 'tick'
  return renewed('minute', 'schema', 'lookup').has(table) ? 'minute' : 'sweep'
}
