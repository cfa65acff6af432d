import { qualifiedName, shownName } from '../core/identifier.ts'
import type { IndexDefinition } from './_index-rows.ts'
import type { TableName } from './_names.ts'
import type { Tree } from './_partitions.ts'

interface Catalog {
  readonly tree: Tree
  readonly definitions: { get(oid: number): IndexDefinition | undefined }
  readonly names: { get(oid: number): TableName | undefined }
}

/** What an invalid index has to do with the partitions of a table. */
interface Parts {
  /** Partitions at any level without a valid part of it, as schema.table. A foreign table can have none. */
  readonly lacking: readonly string[]
  /** The index of the partitioned table that this one is attached to. */
  readonly part_of: string | null
  /** Makes the index of the partitioned table valid once its parts are; null while others are missing. */
  readonly attach: string | null
  /** Why it can't be dropped; absent where partitions are no reason. */
  readonly kept_because?: string
}

export function partsOf(index: IndexDefinition, catalog: Catalog): Parts {
  if (index.partitioned)
    return {
      ...{ part_of: null, ...stateOfParts(index, catalog) },
      kept_because:
        'it is the index of a partitioned table, valid once each partition has a valid part of it',
    }
  if (!index.partition) return { lacking: [], part_of: null, attach: null }
  const parent = catalog.definitions.get(catalog.tree.parents.get(index.oid) ?? 0)
  return {
    lacking: [],
    part_of: parent?.name ?? null,
    attach: parent ? attachTo(parent, index, catalog) : null,
    kept_because: 'it is part of the index of a partitioned table',
  }
}

/**
 * PostgreSQL marks the index of a partitioned table as valid when its last part is attached. A part that was invalid then
 * and is built anew later goes unnoticed until it is attached again (validatePartitionedIndex, src/backend/commands/tablecmds.c).
 */
function stateOfParts(index: IndexDefinition, catalog: Catalog): Pick<Parts, 'lacking' | 'attach'> {
  const { tree, definitions, names } = catalog
  const parts = (tree.children.get(index.oid) ?? []).flatMap((oid) => definitions.get(oid) ?? [])
  const byTable = new Map(parts.map((part) => [part.table_oid, part]))
  let attach: string | null = null
  const lacking = (tree.children.get(index.table_oid) ?? []).flatMap((table) => {
    const part = byTable.get(table)
    if (part?.valid) return []
    if (part?.partitioned) {
      const below = stateOfParts(part, catalog)
      attach ??= below.attach
      return below.lacking
    }
    const name = names.get(table)
    return [name ? shownName(name.schema, name.name) : 'a foreign table']
  })
  if (lacking.length > 0) return { lacking, attach: null }
  return { lacking, attach: attach ?? (parts[0] ? attachTo(index, parts[0], catalog) : null) }
}

/** The statement that attaches a part, also one that is attached already. */
function attachTo(index: IndexDefinition, part: IndexDefinition, { names }: Catalog): string | null {
  const [parent, table] = [names.get(index.table_oid), names.get(part.table_oid)]
  if (!parent || !table) return null
  return `ALTER INDEX ${qualifiedName(parent.schema, index.name)} ATTACH PARTITION ${qualifiedName(table.schema, part.name)};`
}
