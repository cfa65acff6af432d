import { detail, gauge, id, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import indexes from '../probes/indexes.ts'
import relationNames from '../probes/relation-names.ts'
import { blockSize } from './_blocks.ts'
import { countersByOid } from './_index-rows.ts'
import { namesByOid } from './_names.ts'
import { allRedundant } from './_redundancy.ts'

export default defineDerived({
  name: 'duplicate-indexes',
  title: 'Duplicate and redundant indexes',
  doc: 'Indexes that another index of the same table makes needless: identical ones, and those whose columns another one begins with. Compared by columns, operator classes, collations, order, expressions, predicate and method. Names the one to drop; never one that a constraint, foreign key or replica identity needs.',
  rows: 'many',
  from: { definitions: indexDefinitions, names: relationNames, indexes: maybe(indexes) },
  columns: {
    oid: id('Oid of the index that is needless'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('The index that is needless'),
    twin_oid: id('Oid of the index that does its work'),
    twin: detail('The index that does its work'),
    reason: detail('identical, or prefix where the other one has further columns'),
    size: gauge('bytes', 'Size of the needless one by its pages'),
    scans: gauge('count', 'Scans of the needless one, which the other would take over'),
  },
  compute({ definitions, names, indexes = [] }, { server }) {
    const named = namesByOid(names)
    const counted = countersByOid(indexes)
    return allRedundant(definitions).flatMap(({ index, twin, reason }) => {
      const [name, twinName, table] = [named.get(index.oid), named.get(twin.oid), named.get(index.table_oid)]
      // Indexes of partitioned parents have no storage and can't be dropped without blocking.
      if (name?.kind !== 'i' || !twinName || !table) return []
      const counters = counted.get(index.oid)
      return [
        {
          oid: index.oid,
          schema: name.schema,
          table: table.name,
          index: name.name,
          twin_oid: twin.oid,
          twin: twinName.name,
          reason,
          size: (counters?.pages ?? 0) * blockSize(server),
          scans: counters?.scans ?? 0,
        },
      ]
    })
  },
})
