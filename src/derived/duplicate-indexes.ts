import { detail, flag, gauge, id, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import { namesByOid } from './_names.ts'
import { allRedundant } from './_redundancy.ts'
import { parametersByOid } from './_storage-parameters.ts'
import indexUsage from './index-usage.ts'

export default defineDerived({
  name: 'duplicate-indexes',
  title: 'Duplicate and redundant indexes',
  doc: 'Indexes that another index of the same table makes needless: identical ones, and those whose columns another one begins with. Compared by columns, operator classes and their parameters, collations, order, expressions, predicate, method and storage parameters. Names the one to drop; never one that a constraint, foreign key or replica identity needs.',
  rows: 'many',
  from: {
    definitions: indexDefinitions,
    names: tableNames,
    parameters: storageParameters,
    usage: maybe(indexUsage),
  },
  columns: {
    oid: id('Oid of the index that is needless'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('The index that is needless'),
    twin_oid: id('Oid of the index that does its work'),
    twin: detail('The index that does its work'),
    reason: detail(
      'identical; storage where only storage parameters differ that no search depends on; prefix where the other one has further columns',
    ),
    size: gauge('bytes', 'Size of the needless one by its pages'),
    scans: gauge('count', 'Scans of the needless one, which the other would take over'),
    partitioned: flag('Both are indexes of a partitioned table, and stand for all their parts'),
  },
  compute({ definitions, names, parameters, usage = [] }) {
    const named = namesByOid(names)
    const redundant = allRedundant(definitions, parametersByOid(parameters))
    const needless = new Set(redundant.map(({ index }) => index.oid))
    const used = new Map(usage.filter((u) => needless.has(u.oid)).map((u) => [u.oid, u]))
    return redundant.flatMap(({ index, twin, reason }) => {
      const table = named.get(index.table_oid)
      if (!table) return []
      const found = used.get(index.oid)
      return [
        {
          oid: index.oid,
          schema: table.schema,
          table: table.name,
          index: index.name,
          twin_oid: twin.oid,
          twin: twin.name,
          reason,
          size: found?.size ?? 0,
          scans: found?.scans ?? 0,
          partitioned: index.partitioned,
        },
      ]
    })
  },
})
