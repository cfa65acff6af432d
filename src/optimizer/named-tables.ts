import { buildModel } from './build-model.ts'
import type { WorkloadStatement } from './workload.ts'

/** A table or view as a statement names it. */
export interface NamedTable {
  readonly schema?: string
  readonly name: string
}

/** Each table and view that the statements name, once. */
export function namedTables(statements: readonly Pick<WorkloadStatement, 'parsed'>[]): readonly NamedTable[] {
  const found = new Map<string, NamedTable>()
  for (const { parsed } of statements)
    for (const { tables } of buildModel(parsed).scopes)
      for (const { kind, schema, name } of tables) {
        if (name === undefined || (kind !== 'table' && kind !== 'unknown')) continue
        found.set(JSON.stringify([schema, name]), { name, ...(schema === undefined ? {} : { schema }) })
      }
  return [...found.values()]
}
