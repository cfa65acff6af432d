import type { Node } from 'libpg-query'
import type { Draft } from './draft.ts'
import type { ColumnUse, ModelContext, Scope, TableRef } from './model.ts'
import type { TableFacts } from './schema.ts'
import { as } from './syntax.ts'

/** The table that a name means under the search path; undefined where the schema is not known. */
export function findTable(context: ModelContext, name: string, schema?: string): TableFacts | undefined {
  const places = schema === undefined ? (context.searchPath ?? ['public']) : [schema]
  for (const place of places) {
    const found = context.tables?.find((t) => t.schema === place && t.name === name)
    if (found) return found
  }
  return undefined
}

/** The WITH query that a name means here: null where there is one that is still being built. */
export function findCte(scope: Draft | undefined, name: string): Scope | null | undefined {
  for (let at = scope; at; at = at.parent) {
    if (at.ctes.has(name)) return at.ctes.get(name) ?? null
  }
  return undefined
}

/**
 * Whose column a reference is, by SQL's rules: the innermost scope that knows it. Where a table's columns are not known it is told only
 * when no other could be meant.
 */
export function resolveColumn(scope: Draft, fields: readonly Node[], location: number): ColumnUse {
  const parts = fields.map((f) => as(f, 'String')?.sval ?? '*')
  const name = parts.at(-1) ?? '*'
  const [qualifier, schema] = [parts.at(-2), parts.at(-3)]
  for (let at: Draft | undefined = scope; at; at = at.outer) {
    const table = qualifier === undefined ? holder(at.tables, name) : named(at.tables, qualifier, schema)
    if (table) return noted(scope, at, use(table, name, location))
    // A whole row: count(t), t IS NULL.
    const row = qualifier === undefined ? named(at.tables, name) : undefined
    if (row) return noted(scope, at, use(row, '*', location))
  }
  const only = scope.tables.length === 1 && !scope.outer ? scope.tables[0] : undefined
  return only && qualifier === undefined
    ? use(only, name, location)
    : { table: null, name, facts: undefined, location }
}

export const use = (table: TableRef, name: string, location: number): ColumnUse => ({
  table,
  name,
  facts: table.facts?.columns.find((c) => c.name === name),
  location,
})

/** Remembers an outer column in every scope between where it stands and where it belongs. */
function noted(from: Draft, to: Draft, column: ColumnUse): ColumnUse {
  for (let at: Draft | undefined = from; at && at !== to; at = at.parent) at.outerColumns.push(column)
  return column
}

const named = (tables: readonly TableRef[], alias: string, schema?: string): TableRef | undefined =>
  tables.find(
    (t) =>
      t.alias === alias &&
      (schema === undefined || (!t.aliased && (t.schema ?? t.facts?.schema ?? schema) === schema)),
  )

const SYSTEM = new Set(['ctid', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax'])

function holder(tables: readonly TableRef[], name: string): TableRef | undefined {
  if (name === '*') return undefined
  const known = tables.find((t) => t.columns?.includes(name))
  if (known) return known
  const open = tables.filter((t) => t.columns === undefined)
  if (open.length === 1 && !open[0]?.alias.startsWith('*')) return open[0]
  return SYSTEM.has(name) && tables.length === 1 ? tables[0] : undefined
}

/** The column of a table that a column of a subquery or WITH query passes on unchanged; itself for a table's. */
export function underlying(column: ColumnUse): ColumnUse | undefined {
  const { table } = column
  if (!table || table.kind === 'table') return table ? column : undefined
  const { scope } = table
  if (!scope || scope.setOperation) return undefined
  const at = table.columns?.indexOf(column.name) ?? -1
  const exact = scope.outputs.some((o) => o.star) ? undefined : scope.outputs[at]
  const output = exact ?? scope.outputs.find((o) => o.name === column.name)
  return output?.column && !output.star ? underlying(output.column) : undefined
}
