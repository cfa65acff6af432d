import type { Input } from '../core/action.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import type { IndexKey, IndexSpec } from './planner.ts'
import type { TableFacts } from './schema.ts'

const names = (list: readonly string[]): string => list.map(quoteIdentifier).join(', ')

/** The action that makes the index, or undefined where it can't: one on a partitioned table takes several statements. */
export function createAction(
  spec: IndexSpec,
  name: string,
  table: TableFacts,
): { readonly name: string; readonly input: Input } | undefined {
  if (table.kind === 'partitioned table') return undefined
  return {
    name: 'create-index-concurrently',
    input: {
      ...{ schema: spec.schema, table: spec.table, ...keysInput(spec.keys), name, method: spec.method },
      ...(spec.include.length > 0 ? { include: names(spec.include) } : {}),
      ...(spec.predicate === undefined ? {} : { predicate: spec.predicate }),
    },
  }
}

/** Bare columns as names, easier to read; what is more as JSON. */
function keysInput(keys: readonly IndexKey[]): Input {
  const bare = keys.every((k) => k.column !== undefined && !k.opclass && !k.descending && !k.nullsFirst)
  return bare ? { columns: names(keys.flatMap((k) => k.column ?? [])) } : { keys: JSON.stringify(keys) }
}
