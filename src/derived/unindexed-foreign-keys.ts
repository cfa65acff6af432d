import { detail, flag, gauge, id, label, list } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import type { Row } from '../core/table.ts'
import foreignKeys from '../probes/foreign-keys.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import partitions from '../probes/partitions.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import { type At, again } from './_again.ts'
import { blockSize } from './_blocks.ts'
import { unserved } from './_foreign-keys.ts'
import { NONE, namesByOid } from './_names.ts'
import { below, partitionTree } from './_partitions.ts'
import { relationsByOid } from './_relations.ts'

const rowsAgain = again()

type Relations = typeof relations

const COLUMNS = ['live', 'tuples', 'pages', 'rows_deleted'] as const
type Column = (typeof COLUMNS)[number]

interface Sums {
  /** Live ones by the statistics, or by the catalog where these have lost them. */
  rows: number
  pages: number
  rows_deleted: number
}
const NOTHING: Readonly<Sums> = { rows: 0, pages: 0, rows_deleted: 0 }

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
  compute({ keys, definitions, names, relations, partitions = NONE }, { server }) {
    const named = namesByOid(names)
    const tree = partitionTree(partitions)
    const block = blockSize(server)
    const counted = (oid: number, at: At<Row<Relations>, Column>): Readonly<Sums> => {
      const r = at(oid)
      return r ? { rows: Math.max(r.live, r.tuples), pages: r.pages, rows_deleted: r.rows_deleted } : NOTHING
    }
    /** The counters of a table, or of its partitions. */
    const total = (oid: number, at: At<Row<Relations>, Column>): Readonly<Sums> => {
      // Most tables have no partitions.
      if (!tree.children.has(oid)) return counted(oid, at)
      const sums: Sums = { ...NOTHING }
      for (const { oid: part } of below(tree, oid)) {
        // What the catalog tells of a parent is the sum of its partitions.
        if (tree.children.has(part)) continue
        const { rows, pages, rows_deleted } = counted(part, at)
        sums.rows += rows
        sums.pages += pages
        sums.rows_deleted += rows_deleted
      }
      return sums
    }
    return rowsAgain({
      of: unserved(keys, definitions),
      sample: relationsByOid(relations),
      columns: COLUMNS,
      also: [names, partitions, server],
      make(key, at) {
        const [table, target] = [named.get(key.table_oid), named.get(key.target_oid)]
        if (!table || !target) return undefined
        const own = total(key.table_oid, at)
        return {
          oid: key.oid,
          schema: table.schema,
          table: table.name,
          constraint: key.name,
          refers_to: `${target.schema}.${target.name}`,
          columns: key.columns,
          partitioned: table.kind === 'p',
          rows: own.rows,
          size: own.pages * block,
          deletes_there: total(key.target_oid, at).rows_deleted,
        }
      },
      order: (a, b) => b.rows - a.rows || a.oid - b.oid,
    })
  },
})
