import { formatCount, formatRatio } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import tables from '../derived/tables.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import { above } from './_grade.ts'
import { blindToUncounted } from './_uncounted.ts'

export default defineRule({
  name: 'dead-rows',
  title: 'Many dead rows',
  doc: 'Updated and deleted rows stay in the table until VACUUM removes them. When many pile up, scans read them all the same and the table grows. The count is PostgreSQL’s estimate.',
  remedy:
    'Run VACUUM (ANALYZE) on the table. If autovacuum does not keep up, lower its scale factor for the table; if dead rows stay after VACUUM, an old transaction holds them back.',
  needs: { tables, uncounted: uncountedTables },
  thresholds: { rows: 10_000, warning: 0.2, critical: 0.5 },
  deductions: { warning: 5, critical: 10 },
  check({ tables }, thresholds) {
    return tables.flatMap((t) => {
      const severity = t.dead < thresholds.rows ? undefined : above(t.dead_ratio, thresholds)
      if (!severity) return []
      return [
        {
          subject: `${t.schema}.${t.table}`,
          severity,
          value: t.dead_ratio,
          unit: 'ratio' as const,
          summary: `${formatRatio(t.dead_ratio)} of the rows of ${t.schema}.${t.table} are dead (${formatCount(t.dead)} beside ${formatCount(t.live)} live ones).`,
          evidence: {
            dead: t.dead,
            live: t.live,
            last_vacuum: t.last_vacuum,
            autovacuum_enabled: t.autovacuum_enabled,
            size: t.size,
          },
        },
      ]
    })
  },
  blindTo: ({ uncounted }) => blindToUncounted(uncounted),
})
