/** An estimate and the bounds that hold the truth 95 times in 100. */
export interface Interval {
  readonly low: number
  readonly mid: number
  readonly high: number
}

/** What grows, and how far. */
export interface CapacitySubject {
  readonly kind: 'database' | 'table' | 'connections' | 'transaction-ids'
  readonly name: string
  readonly unit: 'bytes' | 'count'
  /** The newest value of the history. */
  readonly current: number
  /** Growth per day; null where there is no forecast, and `note` says why. */
  readonly perDay: Interval | null
  readonly in3Months: Interval | null
  readonly in6Months: Interval | null
  /** What it may not exceed, or null where nothing says so. */
  readonly limit: number | null
  /** When the limit is reached, epoch milliseconds; null where there is no limit or growth towards it isn't certain. */
  readonly limitReached: {
    readonly earliest: number
    readonly expected: number
    readonly latest: number
  } | null
  /** What to know of the figures: why there is no forecast, from when on it was made. */
  readonly note?: string
  /** Means of days; of connections the peaks. */
  readonly history: { readonly at: readonly number[]; readonly values: readonly number[] }
}

/** How a target grows, as of its history. */
export interface Capacity {
  /** Epoch milliseconds. */
  readonly at: number
  /** Those with a limit first, then tables by their size. */
  readonly subjects: readonly CapacitySubject[]
}

/** A goal of operation and what came of it in a period. */
export interface SuccessMetric {
  readonly name: string
  readonly title: string
  readonly unit: 'seconds' | 'ratio'
  readonly target: number
  /** On which side of the target is well. */
  readonly direction: 'below' | 'above'
  /** Null when unknown. */
  readonly actual: number | null
  /** Null when it can't be judged; `note` says why. */
  readonly met: boolean | null
  /** Actual less that of the period before, of the same length; null where one of them is unknown. */
  readonly trend: number | null
  /** What may go wrong in the period and what has, in seconds (availability) or in number (backups). */
  readonly errorBudget?: {
    readonly total: number
    readonly spent: number
    readonly unit: 'seconds' | 'count'
  }
  readonly note?: string
}

/** The goals over a period. Epoch milliseconds. */
export interface Success {
  readonly from: number
  readonly to: number
  /** Share of the period in which pgtend was watching, 0 to 1. */
  readonly watched: number
  readonly metrics: readonly SuccessMetric[]
}
