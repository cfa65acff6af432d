import { formatCount, formatRatio } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import tables from '../derived/tables.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import { blindToUncounted } from './_uncounted.ts'

export default defineRule({
  name: 'stale-statistics',
  title: 'Stale planner statistics',
  doc: 'Much of a table has changed since ANALYZE last looked at it, or it never did. The planner then guesses, and may choose plans that are many times slower.',
  remedy:
    'Run ANALYZE on the table. Autovacuum does it by itself after a tenth of the rows has changed, or as the table’s own parameters say.',
  needs: { tables, uncounted: uncountedTables },
  thresholds: { changes: 10_000, ratio: 0.2 },
  deductions: {},
  check({ tables }, { changes, ratio }) {
    return tables.flatMap((t) => {
      const changed = t.changed_since_analyze
      const share = changed / Math.max(1, t.live)
      // A table that was told to wait longer is not stale before.
      if (changed < changes || share <= ratio || changed <= t.analyze_threshold) return []
      const since = t.estimate ? 'since the last ANALYZE' : 'and it was never analysed'
      return [
        {
          subject: `${t.schema}.${t.table}`,
          severity: 'info' as const,
          value: share,
          unit: 'ratio' as const,
          summary: `${formatCount(changed)} rows of ${t.schema}.${t.table} have changed ${since} (${formatRatio(share)} of its live rows).`,
          evidence: { changed_since_analyze: changed, live: t.live, last_analyze: t.last_analyze },
        },
      ]
    })
  },
  blindTo: ({ uncounted }) => blindToUncounted(uncounted),
})
