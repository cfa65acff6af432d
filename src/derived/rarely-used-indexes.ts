import { gauge, id, label } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import relations from '../probes/relations.ts'
import { relationsByOid } from './_relations.ts'
import indexUsage from './index-usage.ts'
import statisticsAge from './statistics-age.ts'

export default defineDerived({
  name: 'rarely-used-indexes',
  title: 'Rarely used indexes',
  doc: 'Indexes that queries do scan, but far more seldom than writes have to keep them up. Only those that could be dropped, on this server’s own figures.',
  rows: 'many',
  from: { usage: indexUsage, relations, age: statisticsAge },
  columns: {
    oid: id('Oid of the index'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('Index'),
    size: gauge('bytes', 'Size by its pages'),
    scans: gauge('count', 'Scans since the statistics began'),
    writes: gauge('count', 'Rows inserted, deleted, and updated other than in place (HOT) since then'),
    writes_per_scan: gauge('count', 'Writes for each scan'),
    seconds: gauge('seconds', 'Time since the statistics began'),
  },
  compute({ usage, relations, age: [age] }) {
    if (!age) return []
    const { get: tables } = relationsByOid(relations)
    return usage
      .flatMap(({ oid, table_oid, schema, table, index, size, scans, droppable, valid, partitioned }) => {
        const t = tables(table_oid)
        if (!t || !droppable || !valid || partitioned || scans === 0) return []
        const writes = t.rows_inserted + t.rows_deleted + t.rows_updated - t.rows_hot_updated
        if (writes <= scans) return []
        const { seconds } = age
        return [{ oid, schema, table, index, size, scans, writes, writes_per_scan: writes / scans, seconds }]
      })
      .sort((a, b) => b.writes_per_scan - a.writes_per_scan || a.oid - b.oid)
  },
})
