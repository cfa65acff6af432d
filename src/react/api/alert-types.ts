import type { AlertState, Match } from '../../core/alert.ts'
import type { Severity } from '../../core/rule.ts'

export type { AlertState, Match }

/** One alert as `GET /api/alerts` lists it. Times are epoch milliseconds. */
export interface AlertRow {
  readonly id: string
  readonly key: string
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  readonly state: AlertState
  readonly since: number
  readonly firedAt?: number
  readonly resolvedAt?: number
  readonly acknowledgedBy?: string
  /** The silence that covers it. */
  readonly silenced?: { readonly id: string; readonly until: number; readonly reason: string }
  readonly summary: string
  /** What to do about it. */
  readonly action: string
}

export interface Silence {
  readonly id: string
  readonly match: Match
  readonly reason: string
  readonly until: number
  readonly by: string
}

export interface Channel {
  readonly name: string
  readonly kind: string
  readonly lastSentAt?: number
  readonly lastError?: string
  /** Messages that will be tried again, and those that were given up. */
  readonly waiting: number
  readonly dead: number
}

/** The answer of `GET /api/alerts`. */
export interface AlertsAnswer {
  readonly alerts: readonly AlertRow[]
  readonly silences: readonly Silence[]
  readonly channels: readonly Channel[]
}

/** A finding that leaves score and alerts until it expires. */
export interface Suppression {
  readonly id: string
  readonly target: string
  readonly key: string
  readonly reason: string
  readonly until: number
  readonly by: string
}

/** The answer of `GET /api/suppressions`. */
export interface SuppressionsAnswer {
  readonly suppressions: readonly Suppression[]
}
