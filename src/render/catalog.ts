import type { Advice } from '../core/advice.ts'
import type { Kind, Unit, ValueType } from '../core/columns.ts'
import type { Derived } from '../core/derived.ts'
import type { Cadence, Need, Probe } from '../core/probe.ts'
import type { Rule, Severity, Thresholds } from '../core/rule.ts'
import type { Table } from '../core/table.ts'

/** Everything that pgtend knows how to read, judge and recommend. */
export interface Knowledge {
  readonly probes: readonly Probe[]
  readonly derived: readonly Derived[]
  readonly rules: readonly Rule[]
  readonly advice: readonly Advice[]
}

export interface CatalogColumn {
  readonly name: string
  readonly kind: Kind
  readonly type: ValueType
  readonly unit: Unit
  readonly help: string
  readonly optional: boolean
}

export interface CatalogTable {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly kind: 'probe' | 'derived'
  readonly rows: 'one' | 'many'
  readonly every?: Cadence
  readonly needs?: Need
  readonly extension?: string
  readonly history?: readonly string[]
  readonly columns: readonly CatalogColumn[]
}

export interface CatalogRule {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly remedy: string
  readonly thresholds: Thresholds
  readonly deductions: { readonly [S in Severity]?: number }
  readonly cap?: number
}

export interface CatalogAdvice {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly thresholds: Thresholds
}

/** What `GET /api/catalog` answers: every surface can be drawn from it. */
export interface Catalog {
  readonly tables: readonly CatalogTable[]
  readonly rules: readonly CatalogRule[]
  readonly advice: readonly CatalogAdvice[]
}

export function describe(known: Knowledge): Catalog {
  return {
    tables: [
      ...known.probes.map(
        (probe): CatalogTable => ({
          ...tableOf(probe, 'probe'),
          every: probe.every,
          needs: probe.needs,
          ...(probe.extension === undefined ? {} : { extension: probe.extension }),
        }),
      ),
      ...known.derived.map((derived) => tableOf(derived, 'derived')),
    ],
    rules: known.rules.map(({ name, title, doc, remedy, thresholds, deductions, cap }) => ({
      ...{ name, title, doc, remedy, thresholds, deductions },
      ...(cap === undefined ? {} : { cap }),
    })),
    advice: known.advice.map(({ name, title, doc, thresholds }) => ({ name, title, doc, thresholds })),
  }
}

function tableOf(table: Table, kind: 'probe' | 'derived'): CatalogTable {
  const { name, title, doc, rows, history } = table
  const columns = Object.entries(table.columns).map(([column, spec]) => ({
    name: column,
    kind: spec.kind,
    type: spec.type,
    unit: spec.unit,
    help: spec.help,
    optional: spec.optional,
  }))
  return { name, title, doc, kind, rows, columns, ...(history === undefined ? {} : { history }) }
}
