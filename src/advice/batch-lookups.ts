import { defineAdvice } from '../core/advice.ts'
import { formatCount, formatRatio, shorten } from '../core/format.ts'
import statementRates from '../derived/statement-rates.ts'
import { repeatedLookups } from '../optimizer/n-plus-one.ts'
import { isParserLoaded } from '../optimizer/parse.ts'

export default defineAdvice({
  name: 'batch-lookups',
  title: 'One statement in place of many (N+1)',
  doc: 'A list is read, and each of its rows then asks for one more by a statement of its own, of the same role, both sent by clients or both inside functions. Told from the counters of one window and from what the texts return and look up.',
  needs: { statements: statementRates },
  thresholds: { calls: 20, ratio: 5, most: 20 },
  recommend({ statements }, { calls, ratio, most }) {
    // The monitor loads it; without it nothing can be said of a text.
    if (!isParserLoaded()) return []
    return repeatedLookups(statements, { leastCalls: calls, leastRatio: ratio })
      .slice(0, most)
      .map(({ parent, child, table, column, ratio: times, confidence }) => ({
        subject: `statement ${child.query_id}`,
        summary: `${shorten(child.query ?? '', 80)} runs ${formatCount(times)} times for each ${shorten(parent.query ?? '', 80)}: once for each row that it returns.`,
        evidence: {
          query: child.query,
          parent: parent.query,
          parent_id: parent.query_id,
          user: child.user,
          ratio: times,
          calls_rate: child.calls_rate,
          parent_rows: parent.rows_per_call,
          share: child.share,
        },
        gain: `${formatCount(child.calls_rate)} ${child.toplevel === 'false' ? 'executions' : 'round trips'} a second become ${formatCount(child.calls_rate / times)}; up to ${formatRatio(child.share)} of all execution time`,
        risk: `The ${child.toplevel === 'false' ? 'function' : 'application'} is changed: it asks once, with WHERE ${column} = ANY ($1) on ${table}, or joins ${table} to the list.`,
        confidence,
        because:
          confidence === 'high'
            ? `Its executions match the rows of the list (${formatCount(parent.rows_per_call)} a call), and the list returns what ${table}.${column} is looked up by.`
            : `Its executions match the rows of the list (${formatCount(parent.rows_per_call)} a call); the list returns *, so what is looked up is not known for sure.`,
      }))
  },
})
