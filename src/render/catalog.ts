import type { Advice } from '../core/advice.ts'
import type { Kind, Unit, ValueType } from '../core/columns.ts'
import type { Derived } from '../core/derived.ts'
import type { Needs } from '../core/given.ts'
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

/** How something is known: the tables that it is judged from, and all that those need in the end. */
export interface Sources {
  readonly tables: readonly Pick<CatalogTable, 'name' | 'kind'>[]
  readonly needs: readonly Need[]
  readonly extensions: readonly string[]
}

export interface CatalogRule {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly remedy: string
  readonly sources: Sources
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
    rules: known.rules.map(({ name, title, doc, remedy, needs, thresholds, deductions, cap }) => ({
      ...{ name, title, doc, remedy, sources: sourcesOf(needs, known), thresholds, deductions },
      ...(cap === undefined ? {} : { cap }),
    })),
    advice: known.advice.map(({ name, title, doc, thresholds }) => ({ name, title, doc, thresholds })),
  }
}

/** What can be done without is left out: its absence makes nothing unknown. */
function sourcesOf(needs: Needs, known: Knowledge): Sources {
  const asked = (of: Needs): string[] =>
    Object.values(of).flatMap((need) => ('maybe' in need ? [] : 'pair' in need ? need.pair.name : need.name))
  const tables = asked(needs)
  const all = new Set(tables)
  for (const name of all) {
    const derived = known.derived.find((d) => d.name === name)
    for (const more of derived ? asked(derived.from) : []) all.add(more)
  }
  const probes = known.probes.filter((p) => all.has(p.name))
  const each = <T>(values: readonly (T | undefined)[]): T[] => [
    ...new Set(values.filter((v) => v !== undefined)),
  ]
  const kindOf = (name: string) => (known.probes.some((p) => p.name === name) ? 'probe' : 'derived')
  return {
    tables: tables.map((name) => ({ name, kind: kindOf(name) })),
    needs: each(probes.map((p) => (p.needs === 'any' ? undefined : p.needs))).sort(),
    extensions: each(probes.map((p) => p.extension)).sort(),
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
