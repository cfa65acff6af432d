import { qualifiedName } from '../core/identifier.ts'
import type { Row } from '../core/table.ts'
import type indexDdl from '../probes/index-ddl.ts'

interface DropAndRestore {
  readonly sql: readonly string[]
  readonly undo?: readonly string[]
}

/** The statement that drops an index without blocking, and the one that makes it again where its text is known. */
export function dropAndRestore(
  index: { readonly oid: number; readonly schema: string; readonly index: string },
  ddl: readonly Row<typeof indexDdl>[] | undefined,
): DropAndRestore {
  const sql = [`DROP INDEX CONCURRENTLY ${qualifiedName(index.schema, index.index)};`]
  const definition = ddl?.find((d) => d.oid === index.oid)?.definition
  if (definition === undefined) return { sql }
  return { sql, undo: [`${definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')};`] }
}
