import { defineAdvice } from '../core/advice.ts'
import { formatBytes } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import duplicateIndexes from '../derived/duplicate-indexes.ts'
import indexDdl from '../probes/index-ddl.ts'
import { dropAndRestore } from './_index-ddl.ts'

export default defineAdvice({
  name: 'drop-duplicate-index',
  title: 'Drop a duplicate index',
  doc: 'Two indexes of a table do the same work, or one begins with all columns of the other. Each write keeps both up, and queries gain from one only.',
  needs: { duplicates: duplicateIndexes, ddl: maybe(indexDdl) },
  thresholds: {},
  recommend({ duplicates, ddl }) {
    return duplicates.map((d) => {
      const identical = d.reason === 'identical'
      return {
        subject: `index ${d.schema}.${d.index}`,
        summary: identical
          ? `The index ${d.schema}.${d.index} on ${d.table} is the same as ${d.twin}.`
          : `The index ${d.schema}.${d.index} on ${d.table} is needless: ${d.twin} begins with its columns.`,
        evidence: {
          table: `${d.schema}.${d.table}`,
          twin: d.twin,
          reason: d.reason,
          size: d.size,
          scans: d.scans,
        },
        gain: `${formatBytes(d.size)} of disk, and less work for each write to ${d.table}`,
        risk: identical
          ? 'None for queries. Something may refer to the index by its name, such as ON CONFLICT by a hint or a script.'
          : 'Queries that read much of the index read a larger one from then on.',
        confidence: identical ? ('high' as const) : ('medium' as const),
        because: identical
          ? 'Columns, operator classes, collations, order, expressions, predicate and method are equal, and no constraint needs it.'
          : 'Columns, operator classes, collations, order and predicate agree as far as it goes, and no constraint needs it.',
        ...dropAndRestore(d, ddl),
        ...(d.partitioned
          ? {}
          : { action: { name: 'drop-index', input: { schema: d.schema, index: d.index } } }),
      }
    })
  },
})
