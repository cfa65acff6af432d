import type { Success, SuccessMetric } from '../core/capacity.ts'
import { formatSeconds, plural } from '../core/format.ts'
import type { Store } from '../core/store.ts'
import { GOALS, type Goal, isMet } from './goals.ts'
import { type Measures, measure, type Span } from './measures.ts'
import { type Records, readRecords } from './records.ts'

/** With less of a period seen than this, nothing is said to be met. */
const ENOUGH = 0.5
/** With less than this the figure says how much of the period it is of. */
const NEARLY_ALL = 0.95

/** The goals over a span, each with the change against the span of the same length before it. */
export async function successOf(store: Pick<Store, 'range' | 'ledger'>, span: Span): Promise<Success> {
  const { from, to } = span
  const length = to - from
  const earlier = { ...span, from: Math.max(0, from - length), to: from }
  const records = await readRecords(store.ledger, span.target, earlier.from)
  const now = await judge(store, span, records(from, to))
  const before = await judge(store, earlier, records(earlier.from, from))
  return {
    from,
    to,
    watched: now.watched,
    metrics: now.metrics.map((metric, i) => ({ ...metric, trend: change(metric, before.metrics[i]) })),
  }
}

type Judged = Omit<SuccessMetric, 'trend'>

/** Null where the span before can't be compared: unknown, or seen too little of. */
const change = ({ actual }: Judged, before: Judged | undefined): number | null =>
  actual === null || before === undefined || before.actual === null || before.met === null
    ? null
    : actual - before.actual

async function judge(
  store: Pick<Store, 'range'>,
  span: Span,
  records: Records,
): Promise<{ readonly watched: number; readonly metrics: readonly Judged[] }> {
  const seen = await measure(store, span)
  const length = (span.to - span.from) / 1000
  const averaged = (goal: Goal, actual: number | null, why: string, remark?: string): Judged => {
    const notes = actual === null ? [why] : [partly(seen.watched, length), remark]
    const met = actual === null || seen.watched < ENOUGH ? null : isMet(goal, actual)
    return { ...goal, actual, met, ...noted(notes) }
  }
  return {
    watched: seen.watched,
    metrics: [
      averaged(
        GOALS.p95,
        seen.p95,
        'Nothing ran, or pg_stat_statements could not be read.',
        'Mean of each minute’s P95, weighted by calls.',
      ),
      availability(seen, length),
      averaged(GOALS.connections, seen.connections, 'Sessions were not read.'),
      averaged(
        GOALS.cacheHit,
        seen.cacheHit,
        'No blocks were asked for, or none were counted.',
        span.database === undefined ? 'Of all databases of the server.' : undefined,
      ),
      averaged(GOALS.deadRows, seen.deadRows, 'Tables were not read.', 'Other bloat is not counted.'),
      backups(records),
      recovery(records),
    ],
  }
}

const noted = (notes: readonly (string | undefined)[]): { note?: string } => {
  const said = notes.filter((n) => n !== undefined)
  return said.length === 0 ? {} : { note: said.join(' ') }
}

/** How much of the span the figures are of, where it isn't nearly all. */
function partly(watched: number, length: number): string | undefined {
  if (watched >= NEARLY_ALL) return undefined
  const seen = `pgtend watched for ${formatSeconds(watched * length)} of ${formatSeconds(length)}`
  return watched < ENOUGH ? `${seen}: too little to judge.` : `${seen}.`
}

/** Unknown time is neither up nor down; but what was down is enough to miss the goal once it used up the whole budget. */
function availability({ availability: actual, watched, down }: Measures, length: number): Judged {
  const goal = GOALS.availability
  const total = (1 - goal.target) * length
  const missed = down > total
  const met = missed ? false : actual === null || watched < ENOUGH ? null : isMet(goal, actual)
  const note = actual === null ? 'pgtend did not watch.' : partly(watched, length)
  return { ...goal, actual, met, errorBudget: { total, spent: down, unit: 'seconds' }, ...noted([note]) }
}

function backups({ done, failed }: Records): Judged {
  const goal = GOALS.backups
  if (done + failed === 0) return { ...goal, actual: null, met: null, note: 'No backup was made.' }
  const actual = done / (done + failed)
  const note = `${done} of ${plural(done + failed, 'backup')}.`
  const errorBudget = { total: 0, spent: failed, unit: 'count' } as const
  return { ...goal, actual, met: isMet(goal, actual), errorBudget, note }
}

/** One that failed is a goal missed, whatever the others took. */
function recovery({ recoveries, restores, lostRecoveries, lostRestores }: Records): Judged {
  const goal = GOALS.recovery
  const times = [...recoveries, ...restores]
  const lost = lostRecoveries + lostRestores
  if (times.length + lost === 0)
    return { ...goal, actual: null, met: null, note: 'Nothing was recovered or restored.' }
  const actual = times.length === 0 ? null : Math.max(...times)
  const note = [
    recoveries.length > 0 ? plural(recoveries.length, 'recovery', 'recoveries') : undefined,
    restores.length > 0 ? plural(restores.length, 'restore test') : undefined,
    lostRecoveries > 0 ? `${plural(lostRecoveries, 'recovery', 'recoveries')} failed` : undefined,
    lostRestores > 0 ? `${plural(lostRestores, 'restore test')} failed` : undefined,
  ]
  const met = lost === 0 && actual !== null && isMet(goal, actual)
  return { ...goal, actual, met, note: `${note.filter((n) => n !== undefined).join(', ')}.` }
}
