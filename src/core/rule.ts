import type { Unit } from './columns.ts'
import type { Context, Given, Needs } from './given.ts'
import type { Failure } from './outcome.ts'

export type Severity = 'info' | 'warning' | 'critical'
export type Evidence = Readonly<Record<string, string | number | boolean | null>>

/** One thing wrong, as a rule states it. */
export interface Breach {
  /** What it is about, stable over restarts: `instance`, `public.invoices`, an index, an application. */
  readonly subject: string
  readonly severity: Severity
  readonly value: number
  readonly unit: Unit
  /** One sentence with the figures in it. */
  readonly summary: string
  readonly evidence: Evidence
  /** Whether the rule's cap holds the score down; default: whether it is critical. */
  readonly fatal?: boolean
}

/** Why something can't be judged, and the table that would tell. */
export type Blindness = Failure & { readonly table: string }

/** A breach with its identity. `key` is `rule/subject` and survives restarts. */
export interface Finding extends Breach {
  readonly key: string
  readonly rule: string
  readonly title: string
}

export type Thresholds = Readonly<Record<string, number>>

/** A health rule: pure, over typed facts. */
export interface Rule<N extends Needs = Needs, T extends Thresholds = Thresholds> {
  readonly name: string
  readonly title: string
  /** What it means and why it matters. */
  readonly doc: string
  /** What to do about it. */
  readonly remedy: string
  readonly needs: N
  /** Defaults; configuration overrides each by name. */
  readonly thresholds: T
  /**
   * The threshold, in seconds, for which a breach must have been seen without a break before it is told: for what a single look
   * can't tell from a moment's backlog. Nothing is told where pgtend looks once.
   */
  readonly lasting?: keyof T & string
  /** Points off the score for the worst finding of each severity. */
  readonly deductions: { readonly [S in Severity]?: number }
  /** A fatal state: while there is one the score is at most this. */
  readonly cap?: number
  check(given: Given<N>, thresholds: { readonly [K in keyof T]: number }, context: Context): readonly Breach[]
  /**
   * What it can't judge of tables that could be read: part of them is hidden or lost. What it finds in the rest counts, the rule itself
   * is not known, and findings of before stay.
   */
  blindTo?(given: Given<N>, context: Context): Blindness | undefined
}

/** Checks a rule's declaration at compile time; returns it unchanged. */
export const defineRule = <const N extends Needs, const T extends Thresholds>(rule: Rule<N, T>): Rule<N, T> =>
  rule
