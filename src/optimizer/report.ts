/** The report on one statement (SPEC Q8): pure data. The CLI, the API and the page show it; what isn't known is left out or says why. */

import type { Severity } from '../core/rule.ts'
import type { IndexAdvice } from './advice.ts'
import type { PlanFinding } from './analyse-plan.ts'
import type { LintFinding } from './lint.ts'
import type { Explained } from './plan-node.ts'
import type { Rewritten } from './rewrite.ts'

export interface QueryReport {
  /** When it was made, epoch milliseconds. */
  readonly at: number
  /** The statement as given, and what identifies it: the fingerprint of its tree. */
  readonly sql: string
  readonly fingerprint: string
  /** pg_stat_statements.queryid, where it came from there. */
  readonly queryId?: string
  /** Whether a client sent it; false: it ran inside a function. Absent where it did not come from there. */
  readonly toplevel?: boolean
  /** What it did in the last window; absent where it was not seen. */
  readonly current?: CurrentFigures
  /** Of the text and of the plan together, the gravest first. */
  readonly findings: readonly ReportFinding[]
  readonly plan?: PlannedPart
  readonly rewrites: readonly PlannedRewrite[]
  /** For this statement alone; without `current`, seconds are parts of one second of it. Costs stand at `statements[0]`. */
  readonly indexes: readonly IndexAdvice[]
  /** What could not be looked at, each with why and what would help. */
  readonly gaps: readonly ReportGap[]
}

export interface ReportGap {
  readonly part: 'figures' | 'plan' | 'schema' | 'indexes'
  readonly reason: string
  readonly remedy?: string
}

/** How far the making of a report is. `total` is absent where it isn't known beforehand. */
export interface ReportProgress {
  readonly step: 'waiting' | 'rebuild' | 'plan' | 'rewrites' | 'indexes'
  readonly done: number
  readonly total?: number
}

export interface CurrentFigures {
  readonly calls: number
  /** Per second. */
  readonly callsRate: number
  /** Seconds. */
  readonly mean: number
  readonly total: number
  /** Of the time of all statements, those inside functions counted once; 0 to 1. */
  readonly share: number
  readonly rowsPerCall: number
  readonly blocksPerCall: number
  /** Of these, those found in shared buffers, 0 to 1; null where none was asked for. */
  readonly cacheHit: number | null
  /** Of temporary files, read and written. */
  readonly tempBlocksPerCall: number
  /** Bytes. */
  readonly walPerCall: number
  /** Seconds; 0 where track_planning is off. */
  /** Null where track_planning is off. */
  readonly planningPerCall: number | null
  /** Of the execution time since its statistics began, seconds. */
  readonly deviation: number
  readonly max: number
  /** Length of the window, seconds. */
  readonly window: number
}

export type ReportFinding =
  | ({ readonly about: 'text' } & LintFinding)
  | ({ readonly about: 'plan' } & PlanFinding)

export interface PlannedPart {
  readonly explained: Explained
  /** The role that it was planned as. Absent: as one that no row security applies to. */
  readonly role?: string
  /** Nothing is known of some parameter that the plan hangs on: it holds for any value of that one. */
  readonly generic: boolean
  /** The constants that it was planned with in place of `$1`, `$2`, …, as SQL text; null where none is known. */
  readonly values?: readonly (string | null)[]
  /** Where: on the watched database, or in the private planner. */
  readonly by: 'database' | 'shadow'
  readonly notes: readonly string[]
}

/** Costs in planner units, as the same planner gives them for both. */
export interface Improvement {
  readonly before: number
  readonly after: number
}

export interface PlannedRewrite extends Rewritten {
  /** Absent where it was not planned; `why` says what prevented it. */
  readonly planned?: Improvement & { readonly explained: Explained }
  readonly why?: string
}

const WEIGHT: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }

/** Findings of both kinds in one list, the gravest first; within a severity those of the plan first, which are measured. Pure. */
export const reportFindings = (
  text: readonly LintFinding[],
  plan: readonly PlanFinding[],
): readonly ReportFinding[] =>
  [
    ...plan.map((f) => ({ about: 'plan' as const, ...f })),
    ...text.map((f) => ({ about: 'text' as const, ...f })),
  ].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity])

/** The rewrites worth showing first: those planned cheapest, then those proved the same, then the rest. Pure. */
export const byGain = (rewrites: readonly PlannedRewrite[]): readonly PlannedRewrite[] => {
  const ratio = ({ planned }: PlannedRewrite) => (planned ? planned.after / Math.max(planned.before, 1) : 1)
  return [...rewrites].sort(
    (a, b) => ratio(a) - ratio(b) || Number(a.result === 'check') - Number(b.result === 'check'),
  )
}
