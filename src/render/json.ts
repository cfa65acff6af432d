import type { Columns } from '../core/columns.ts'
import type { Outcome, Reason } from '../core/outcome.ts'
import { redactLiterals } from '../core/redact.ts'
import type { Table } from '../core/table.ts'

type AnyRow = Readonly<Record<string, unknown>>

/** A table of facts as the API and `--json` give it: rows, or why there are none. */
export type FactsJson =
  | {
      readonly table: string
      readonly at: number | null
      readonly ok: true
      readonly rows: readonly AnyRow[]
    }
  | {
      readonly table: string
      readonly at: number | null
      readonly ok: false
      readonly reason: Reason
      readonly detail: string
      readonly fix?: string
    }

/** The latest rows of a table, its SQL texts without what was written into them. */
export function factsJson(
  { name: table, columns }: Pick<Table, 'name' | 'columns'>,
  state: { readonly outcome: Outcome; readonly at: number } | undefined,
): FactsJson {
  if (!state)
    return { table, at: null, ok: false, reason: 'pending', detail: `${table} has not been read yet` }
  const { outcome, at } = state
  return { table, at, ...(outcome.ok ? { ok: true, rows: maskedRows(outcome.rows, columns) } : outcome) }
}

function maskedRows(rows: readonly AnyRow[], columns: Columns): readonly AnyRow[] {
  const names = Object.keys(columns)
  if (!names.some((name) => columns[name]?.sql)) return rows
  const shown = (name: string, value: unknown): unknown =>
    columns[name]?.sql && typeof value === 'string' ? redactLiterals(value) : value
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, shown(name, row[name])])))
}
