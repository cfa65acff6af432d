import type { Health } from './health.ts'
import type { Ledger } from './ledger.ts'
import type { FindingOutcome, Mendings } from './mending.ts'
import type { Finding } from './rule.ts'

/** One measured value of one series. */
export interface Point {
  readonly target: string
  /** `table.column`, for example `connections.used`. */
  readonly metric: string
  /** The row's labels in the order of the spec, as a JSON array; `[]` for a one-row table. */
  readonly labels: string
  /** Epoch milliseconds. */
  readonly at: number
  /** One that isn't finite is not kept and shows as a gap. */
  readonly value: number
}

/** The record of a finding over time, and of the runs that were to mend it. */
export interface FindingRecord extends Finding, Mendings {
  readonly target: string
  readonly firstSeen: number
  readonly lastSeen: number
  /** When it was last seen to be gone, or null while it is open. */
  readonly resolvedAt: number | null
  readonly outcome: FindingOutcome
}

/** What one cycle leaves behind, written in one transaction. */
export interface Batch {
  readonly target: string
  readonly at: number
  readonly points: readonly Point[]
  /** Absent when the cycle judged nothing (the target was unreachable). */
  readonly health?: Pick<Health, 'score' | 'status' | 'coverage'>
  /** All findings open now. Findings of this target that aren't listed are resolved. Absent: unchanged. */
  readonly findings?: readonly Finding[]
  /** Rules that could not be judged: their open findings stay as they are. */
  readonly blind?: readonly string[]
  /**
   * Rules that were judged on facts read in this cycle, with the time that those facts begin at (of counters: the
   * sample before), epoch milliseconds. Only such a look tells whether a run has mended what a rule had found.
   */
  readonly judged?: Readonly<Record<string, number>>
}

/** A series of the answer to a range query: averages (`values`) and maxima over buckets. */
export interface Series {
  readonly metric: string
  readonly labels: readonly (string | number)[]
  /** Start of each bucket, epoch milliseconds. */
  readonly at: readonly number[]
  readonly values: readonly (number | null)[]
  readonly max: readonly (number | null)[]
}

export interface RangeQuery {
  readonly target: string
  readonly metric: string
  /** Half open: from ≤ at < to. Epoch milliseconds. */
  readonly from: number
  readonly to: number
  /**
   * Width of a bucket in milliseconds; buckets begin at its multiples. One without a sample is null: a gap is shown
   * as a gap. Widened to a multiple of five minutes when it is longer than that, when the range is longer than three
   * hours, or when it begins before the last 48 hours, of which alone every point is kept.
   */
  readonly step: number
  /** At most this many series, those with the greatest mean. Default 20. */
  readonly top?: number
}

/** The history. Lives outside the watched database. */
export interface Store {
  /** Ids of the targets that it holds a history of, in alphabetical order. */
  targets(): Promise<readonly string[]>
  /** Resolves when the batch is on disk; a crash after that loses nothing of it. */
  append(batch: Batch): Promise<void>
  range(query: RangeQuery): Promise<readonly Series[]>
  /** Open findings, and those resolved since `since`. Worst and newest first. */
  findings(target: string, since: number): Promise<readonly FindingRecord[]>
  /** Folds raw points into roll-ups and drops what is past its retention. */
  maintain(now: number): Promise<{ readonly rolled: number; readonly dropped: number }>
  /** State that must not be lost or forked: alerts, outbox, audit, jobs, leases. */
  readonly ledger: Ledger
  close(): Promise<void>
}
