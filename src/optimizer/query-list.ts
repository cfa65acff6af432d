/** The statements of a target as a list shows them. */
import type { Severity } from '../core/rule.ts'

export interface QuerySummary {
  /** What its report is asked for by. */
  readonly id: string
  /** pg_stat_statements.queryid, a 64-bit number. */
  readonly queryId: string
  /** Without literals; null while it is not known, or may not be read. */
  readonly text: string | null
  /** Role and database that it ran in; null where they are not known. */
  readonly user: string | null
  readonly database: string | null
  /** Whether a client sent it; false: it ran inside a function, whose caller’s time has its. */
  readonly toplevel: boolean
  /** In the window, and per second. */
  readonly calls: number
  readonly callsRate: number
  /** Seconds of one execution, and of all in the window. */
  readonly mean: number
  readonly total: number
  /** Of the time of all statements, those inside functions counted once; 0 to 1. */
  readonly share: number
  readonly rowsPerCall: number
  /** Whether the mean is above the limit for slow statements. */
  readonly slow: boolean
  /** What its text alone is reproached with; zeros where it can't be read. */
  readonly lint: Readonly<Record<Severity, number>>
}

/** Statements by their time in the window, the most first. */
export interface QueryList {
  /** Length of the window, seconds; null before there is one, or where nothing ran in it. */
  readonly window: number | null
  readonly statements: readonly QuerySummary[]
  /** Why there are none although there may be. */
  readonly unknown?: { readonly reason: string; readonly fix?: string }
}
