import { formatCount } from '../core/format.ts'
import { shownName } from '../core/identifier.ts'
import { defineRule } from '../core/rule.ts'
import tableRates from '../derived/table-rates.ts'
import tables from '../derived/tables.ts'

export default defineRule({
  name: 'sequential-scans',
  title: 'Large table read from end to end',
  doc: 'Statements keep reading a whole large table. For a report that is right; for a lookup an index is missing, or the statement is written so that no index fits.',
  remedy:
    'Find the statements that read it among those with most rows and time, and look at their plans with EXPLAIN.',
  needs: { rates: tableRates, tables },
  thresholds: { rows: 10_000, rows_per_second: 50_000 },
  deductions: { warning: 5 },
  check({ rates, tables }, { rows, rows_per_second }) {
    const read = rates.filter((r) => r.seq_rows >= rows_per_second)
    if (read.length === 0) return []
    const known = new Map(tables.map((t) => [t.oid, t]))
    return read.flatMap((r) => {
      const live = known.get(r.oid)?.live ?? 0
      if (live < rows) return []
      return [
        {
          subject: shownName(r.schema, r.table),
          severity: 'warning' as const,
          value: r.seq_rows,
          unit: 'per_second' as const,
          summary: `${shownName(r.schema, r.table)} (${formatCount(live)} rows) is read from end to end ${formatCount(r.seq_scans)} times a second, ${formatCount(r.seq_rows)} rows a second.`,
          evidence: {
            live,
            seq_scans: r.seq_scans,
            seq_rows: r.seq_rows,
            rows_per_scan: r.rows_per_scan,
            index_scans: r.index_scans,
          },
        },
      ]
    })
  },
})
