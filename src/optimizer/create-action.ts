import type { Input } from '../core/action.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import type { IndexSpec } from './planner.ts'
import type { TableFacts } from './schema.ts'

const names = (list: readonly string[]): string => list.map(quoteIdentifier).join(', ')

/**
 * The action that makes the index, or undefined where there is none: it makes indexes over bare columns, of tables without partitions.
 */
export function createAction(
  spec: IndexSpec,
  name: string,
  table: TableFacts,
): { readonly name: string; readonly input: Input } | undefined {
  const columns = spec.keys.flatMap((k) =>
    k.column === undefined || k.opclass || k.descending || k.nullsFirst ? [] : [k.column],
  )
  if (table.kind === 'partitioned table' || spec.predicate !== undefined || columns.length < spec.keys.length)
    return undefined
  return {
    name: 'create-index-concurrently',
    input: {
      ...{ schema: spec.schema, table: spec.table, columns: names(columns), name, method: spec.method },
      ...(spec.include.length > 0 ? { include: names(spec.include) } : {}),
    },
  }
}
