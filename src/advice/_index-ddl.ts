import { qualifiedName } from '../core/identifier.ts'
import type { Row } from '../core/table.ts'
import type indexDdl from '../probes/index-ddl.ts'

interface DropAndRestore {
  readonly sql: readonly string[]
  readonly undo?: readonly string[]
}

/**
 * The statement that drops an index, and the one that makes it again where its text is known. Neither blocks, but for the
 * index of a partitioned table: PostgreSQL drops and makes such only under locks.
 */
export function dropAndRestore(
  index: {
    readonly oid: number
    readonly schema: string
    readonly index: string
    readonly partitioned?: boolean
  },
  ddl: readonly Row<typeof indexDdl>[] | undefined,
): DropAndRestore {
  const how = index.partitioned ? '' : 'CONCURRENTLY '
  const sql = [`DROP INDEX ${how}${qualifiedName(index.schema, index.index)};`]
  const definition = ddl?.find((d) => d.oid === index.oid)?.definition
  if (definition === undefined) return { sql }
  const again = definition.replace(/^CREATE (UNIQUE )?INDEX /, `CREATE $1INDEX ${how}`)
  // PostgreSQL writes ONLY for a partitioned table, which would leave the partitions without.
  return { sql, undo: [`${index.partitioned ? again.replace(' ON ONLY ', ' ON ') : again};`] }
}
