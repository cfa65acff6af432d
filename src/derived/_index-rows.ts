import { byNumber } from '../core/by-number.ts'
import type { Row } from '../core/table.ts'
import type indexDefinitions from '../probes/index-definitions.ts'
import type indexes from '../probes/indexes.ts'
import { byText, memoized, memoizedPair, namesByOid, type TableName } from './_names.ts'

export type IndexDefinition = Row<typeof indexDefinitions>
export type IndexCounters = Row<typeof indexes>

export const definitionsByOid = memoized((rows: readonly IndexDefinition[]) => byNumber(rows, 'oid'))

export const countersByOid = memoized((rows: readonly IndexCounters[]) => byNumber(rows, 'oid'))

/** An index with what doesn't change while the schema stays. */
export interface NamedIndex {
  readonly definition: IndexDefinition
  readonly table: TableName
  readonly keptBecause: string | null
}

/** All indexes with their tables, in the order of the names. Made once for as long as the schema stays: sorting is what is dear. */
export const namedIndexes = memoizedPair(
  (definitions: readonly IndexDefinition[], names: readonly TableName[]): readonly NamedIndex[] => {
    const byOid = namesByOid(names)
    return definitions
      .flatMap((definition) => {
        const table = byOid.get(definition.table_oid)
        return table ? [{ definition, table, keptBecause: keptBecause(definition) }] : []
      })
      .sort(
        byText(
          (i) => i.table.schema,
          (i) => i.table.name,
          (i) => i.definition.name,
        ),
      )
  },
)

/** Why an index must stay even if no scan ever uses it, or null. */
export function keptBecause(index: IndexDefinition): string | null {
  if (index.primary) return 'it is the primary key'
  if (index.exclusion) return 'it enforces an exclusion constraint'
  if (index.constraint) return `it enforces the constraint ${index.name}`
  if (index.unique) return 'it enforces uniqueness'
  if (index.foreign_key_target) return 'a foreign key refers to it'
  if (index.replica_identity) return 'logical replication identifies rows by it'
  if (index.clustered) return 'the table is clustered by it'
  if (index.partition) return 'it is part of the index of a partitioned table'
  return null
}
