import { flag, gauge, id, label, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import indexUsage from './index-usage.ts'
import statisticsAge from './statistics-age.ts'

export default defineDerived({
  name: 'unused-indexes',
  title: 'Indexes without a scan',
  doc: 'Valid indexes that no query has scanned on this server since its statistics began, and that nothing else needs. Says nothing of standbys, which count for themselves, nor of indexes younger than the statistics: PostgreSQL does not record when an index was made.',
  rows: 'many',
  from: { usage: indexUsage, age: statisticsAge },
  columns: {
    oid: id('Oid of the index'),
    schema: label('Schema'),
    table: label('Table'),
    index: label('Index'),
    size: gauge('bytes', 'Size by its pages'),
    since: time('When the statistics began'),
    seconds: gauge('seconds', 'Time since then'),
    expression: flag(
      'Whether it indexes an expression, whose statistics help the planner even without a scan',
    ),
  },
  compute({ usage, age: [age] }) {
    if (!age) return []
    const { since, seconds } = age
    return usage
      .filter((i) => i.droppable && i.valid && i.scans === 0 && (i.last_scan === null || i.last_scan < since))
      .map(({ oid, schema, table, index, size, expression }) => ({
        oid,
        schema,
        table,
        index,
        size,
        since,
        seconds,
        expression,
      }))
      .sort((a, b) => b.size - a.size || a.oid - b.oid)
  },
})
