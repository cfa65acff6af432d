import { defineAdvice, type Recommendation } from '../core/advice.ts'
import { formatBytes } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import duplicateIndexes from '../derived/duplicate-indexes.ts'
import indexDdl from '../probes/index-ddl.ts'
import { dropAndRestore } from './_index-ddl.ts'

/** What is said of a needless index, by the reason. */
function judge(
  reason: string,
  twin: string,
): Pick<Recommendation, 'summary' | 'risk' | 'confidence' | 'because'> {
  if (reason === 'prefix')
    return {
      summary: `needless: ${twin} begins with its columns`,
      risk: 'Queries that read much of the index read a larger one from then on.',
      confidence: 'medium',
      because:
        'Columns, operator classes, collations, order and predicate agree as far as it goes, and no constraint needs it.',
    }
  const alike = reason === 'identical'
  return {
    summary: `the same as ${twin}${alike ? '' : ' but for storage parameters'}`,
    risk: `None for queries. Something may refer to the index by its name, such as ON CONFLICT by a hint or a script.${alike ? '' : ` Writes may differ, by the fillfactor for example: look which parameters are wanted, and give them to ${twin}.`}`,
    confidence: alike ? 'high' : 'medium',
    because: `Columns, operator classes, collations, order, expressions, predicate, method and ${alike ? '' : 'those '}parameters${alike ? '' : ' that a search depends on'} are equal, and no constraint needs it.`,
  }
}

export default defineAdvice({
  name: 'drop-duplicate-index',
  title: 'Drop a duplicate index',
  doc: 'Two indexes of a table do the same work, or one begins with all columns of the other. Each write keeps both up, and queries gain from one only.',
  needs: { duplicates: duplicateIndexes, ddl: maybe(indexDdl) },
  thresholds: {},
  recommend({ duplicates, ddl }) {
    return duplicates.map((d) => {
      const { summary, ...judged } = judge(d.reason, d.twin)
      return {
        subject: `index ${shownName(d.schema, d.index)}`,
        summary: `The index ${shownName(d.schema, d.index)} on ${d.table} is ${summary}.`,
        evidence: {
          table: shownName(d.schema, d.table),
          twin: d.twin,
          reason: d.reason,
          size: d.size,
          scans: d.scans,
        },
        gain: `${formatBytes(d.size)} of disk, and less work for each write to ${d.table}`,
        ...judged,
        ...dropAndRestore(d, ddl),
        ...(d.partitioned
          ? {}
          : { action: { name: 'drop-index', input: { schema: d.schema, index: d.index } } }),
      }
    })
  },
})
