import { detail, flag, gauge, id, label, list } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import foreignKeys from '../probes/foreign-keys.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import partitions from '../probes/partitions.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import { again } from './_again.ts'
import { blockSize } from './_blocks.ts'
import { unserved } from './_foreign-keys.ts'
import { namesByOid } from './_names.ts'
import { below, partitionTree } from './_partitions.ts'
import { relationsByOid } from './_relations.ts'

const rowsAgain = again()

export default defineDerived({
  name: 'unindexed-foreign-keys',
  title: 'Foreign keys without an index',
  doc: 'Foreign keys whose columns no index of the referring table leads with, in any order. Each delete of a row referred to, and each change of its key, then reads the whole referring table. Keys of partitions count with their parent’s.',
  rows: 'many',
  from: {
    keys: foreignKeys,
    definitions: indexDefinitions,
    names: tableNames,
    relations,
    partitions: maybe(partitions),
  },
  columns: {
    oid: id('Oid of the constraint'),
    schema: label('Schema of the referring table'),
    table: label('The referring table'),
    constraint: label('Name of the foreign key'),
    refers_to: detail('Table referred to, as schema.table'),
    columns: list<number>('Numbers of the referring columns'),
    partitioned: flag('The referring table is partitioned'),
    rows: gauge('count', 'Live rows of the referring table, estimated'),
    size: gauge('bytes', 'Its size by its pages'),
    deletes_there: gauge('count', 'Rows deleted from the table referred to since the statistics began'),
  },
  compute({ keys, definitions, names, relations, partitions = [] }, { server }) {
    const named = namesByOid(names)
    const { get: at } = relationsByOid(relations)
    const tree = partitionTree(partitions)
    const block = blockSize(server)
    const keep = rowsAgain(names)
    const sum = (oid: number, column: 'live' | 'pages' | 'rows_deleted'): number => {
      let total = at(oid)?.[column] ?? 0
      // Most tables have no partitions.
      if (tree.children.has(oid)) for (const p of below(tree, oid)) total += at(p.oid)?.[column] ?? 0
      return total
    }
    return unserved(keys, definitions)
      .flatMap((key) => {
        const [table, target] = [named.get(key.table_oid), named.get(key.target_oid)]
        if (!table || !target) return []
        return [
          keep({
            oid: key.oid,
            schema: table.schema,
            table: table.name,
            constraint: key.name,
            refers_to: `${target.schema}.${target.name}`,
            columns: key.columns,
            partitioned: table.kind === 'p',
            rows: sum(key.table_oid, 'live'),
            size: sum(key.table_oid, 'pages') * block,
            deletes_there: sum(key.target_oid, 'rows_deleted'),
          }),
        ]
      })
      .sort((a, b) => b.rows - a.rows || a.oid - b.oid)
  },
})
