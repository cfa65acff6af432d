import { defineAdvice } from '../core/advice.ts'
import { formatCount, formatRatio, formatSeconds, shorten } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import statementRates from '../derived/statement-rates.ts'
import tableRates from '../derived/table-rates.ts'
import tables from '../derived/tables.ts'

/** Statements named in one recommendation. */
const NAMED = 3

/** Whether a text names the table: as a word of its own, in quotes or not. */
function names(text: string, table: string): boolean {
  const escaped = table.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'i').test(text)
}

export default defineAdvice({
  name: 'index-sequential-scans',
  title: 'Find the missing index',
  doc: 'A large table is read from end to end again and again. Names the statements that most likely do it. Which index would help is not said here: that takes a look at their plans.',
  needs: { rates: tableRates, tables, statements: maybe(statementRates) },
  thresholds: { rows: 10_000, rows_per_second: 50_000 },
  recommend({ rates, tables, statements = [] }, { rows, rows_per_second }) {
    const read = rates.filter((r) => r.seq_rows >= rows_per_second)
    if (read.length === 0) return []
    const known = new Map(tables.map((t) => [t.oid, t]))
    return read.flatMap((r) => {
      const live = known.get(r.oid)?.live ?? 0
      if (live < rows) return []
      const suspects = statements.filter((s) => s.query !== null && names(s.query, r.table)).slice(0, NAMED)
      const [first] = suspects
      const texts = suspects.map((s, at) => [`statement_${at + 1}`, shorten(s.query ?? '', 500)])
      return [
        {
          subject: shownName(r.schema, r.table),
          summary: `${shownName(r.schema, r.table)} is read from end to end: ${formatCount(r.seq_rows)} rows a second${r.rows_per_scan ? `, ${formatCount(r.rows_per_scan)} by each scan` : ''}.`,
          evidence: {
            live,
            seq_scans: r.seq_scans,
            seq_rows: r.seq_rows,
            rows_per_scan: r.rows_per_scan,
            index_scans: r.index_scans,
            ...Object.fromEntries(texts),
          },
          gain: first
            ? `Up to ${formatRatio(first.share)} of all execution time: the first statement named takes ${formatSeconds(first.mean)} a call`
            : `Up to ${formatCount(r.seq_rows)} fewer rows read a second`,
          risk: 'Each further index costs disk and makes writes slower. A report that needs most of the rows gains nothing from one.',
          confidence: first ? ('medium' as const) : ('low' as const),
          because: first
            ? 'The scans are counted; that these statements make them is concluded from the table’s name in their texts.'
            : 'The scans are counted, but no statement that ran meanwhile names the table.',
        },
      ]
    })
  },
})
