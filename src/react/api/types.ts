import type { Opportunity } from '../../core/advice.ts'
import type { Kind, Unit, ValueType } from '../../core/columns.ts'
import type { Cap, Deduction, Status, SuppressedFinding, Unknown } from '../../core/health.ts'
import type { Mended } from '../../core/mended.ts'
import type { Reason } from '../../core/outcome.ts'
import type { Finding, Severity } from '../../core/rule.ts'
import type { FindingRecord } from '../../core/store.ts'

export type {
  Cap,
  Deduction,
  Finding,
  FindingRecord,
  Mended,
  Opportunity,
  Reason,
  Severity,
  Status,
  SuppressedFinding,
  Unit,
  Unknown,
}

export type ConnectionState = 'connecting' | 'connected' | 'unreachable'
/** How far back a chart looks. */
export type Range = '1h' | '24h' | '7d'

export interface Problem {
  readonly code: string
  readonly message: string
  readonly remedy: string
}

/** A row of `GET /api/targets`. Times are epoch milliseconds. */
export interface TargetSummary {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly connection: ConnectionState
  readonly since: number
  readonly error?: Problem
  /** The history can not be written; what is shown now is not touched by it. */
  readonly storeError?: Problem
  readonly at?: number
  readonly version?: string | number
  readonly role?: 'primary' | 'standby'
  readonly platform?: string
  readonly pooler?: 'none' | 'transaction'
  readonly database?: string
  readonly score?: number
  readonly status: Status | 'unreachable' | 'connecting'
  readonly coverage?: number
}

/** The answer of `GET /api/health`. Score and `at` are null until the first cycle has ended. */
export interface HealthAnswer {
  readonly target: string
  readonly connection: ConnectionState
  readonly since: number
  readonly error?: Problem
  readonly at: number | null
  readonly score: number | null
  readonly status: Status
  readonly worst: number
  readonly coverage: number
  readonly cap?: Cap
  readonly deductions: readonly Deduction[]
  readonly findings: readonly Finding[]
  readonly suppressed?: readonly SuppressedFinding[]
  readonly unknown: readonly Unknown[]
  readonly opportunities: readonly Opportunity[]
}

/** The answer of `GET /api/facts/:table`: rows, or why there are none. */
export type FactsAnswer<R> =
  | { readonly table: string; readonly at: number; readonly ok: true; readonly rows: readonly R[] }
  | {
      readonly table: string
      readonly at: number
      readonly ok: false
      readonly reason: Reason
      readonly detail: string
      readonly fix?: string
    }

export interface HistorySeries {
  readonly labels: Readonly<Record<string, string | number | null>>
  readonly at: readonly number[]
  readonly values: readonly (number | null)[]
  readonly max: readonly (number | null)[]
}

/** The answer of `GET /api/history`. `step` is the width of a bucket in milliseconds. */
export interface HistoryAnswer {
  readonly metric: string
  readonly unit: Unit
  readonly step: number
  readonly series: readonly HistorySeries[]
}

export interface CatalogColumn {
  readonly name: string
  readonly kind: Kind
  readonly type: ValueType
  readonly unit: Unit
  readonly help: string
  readonly optional: boolean
}

/** The answer of `GET /api/catalog`: what every table, rule and advice means. */
export interface Catalog {
  readonly tables: readonly {
    readonly name: string
    readonly title: string
    readonly doc: string
    readonly columns: readonly CatalogColumn[]
  }[]
  readonly rules: readonly {
    readonly name: string
    readonly title: string
    readonly doc: string
    readonly remedy: string
  }[]
  readonly advice: readonly { readonly name: string; readonly title: string; readonly doc: string }[]
}

export interface DemoFault {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly on: boolean
  readonly busy: boolean
  readonly error?: string
}

/** The answer of `GET /api/demo`, which only `pgtend demo` gives. `rate` is statements a second. */
export interface DemoAnswer {
  readonly faults: readonly DemoFault[]
  readonly workload: { readonly rate: number }
}
