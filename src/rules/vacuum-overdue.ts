import { formatCount, formatSeconds } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { defineRule } from '../core/rule.ts'
import autovacuumDue from '../derived/autovacuum-due.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import vacuumProgress from '../probes/vacuum-progress.ts'
import { blindToUncounted } from './_uncounted.ts'

export default defineRule({
  name: 'vacuum-overdue',
  title: 'Autovacuum does not keep up',
  doc: 'The table has changed far beyond the point at which autovacuum should have come, and it has not for long. All workers are busy elsewhere, are throttled, or are cancelled again and again by somebody who locks the table. Counted with the table’s own parameters; TOAST tables too. Told by whoever watches: a table that has just been filled looks the same for a moment.',
  remedy:
    'Run VACUUM (ANALYZE) on the table now. Then raise autovacuum_max_workers or autovacuum_vacuum_cost_limit, or lower the scale factor of the table so that each run has less to do. Look for sessions that lock the table and for old transactions.',
  needs: { tables: autovacuumDue, uncounted: uncountedTables, running: maybe(vacuumProgress) },
  thresholds: { changes: 10_000, times: 2, seconds: 6 * 3600 },
  lasting: 'seconds',
  deductions: { warning: 5 },
  check({ tables, running = [] }, { changes: least, times, seconds }, { at }) {
    // As the server names them, dots and all.
    const busy = new Set(running.map((r) => r.relation))
    return tables.flatMap((t) => {
      if (!t.enabled || t.due < times || busy.has(`${t.schema}.${t.table}`)) return []
      const [count, threshold, last] =
        t.because === 'changed rows'
          ? [t.changed ?? 0, t.analyze_threshold ?? 0, t.last_analyze]
          : t.because === 'inserted rows'
            ? [t.inserted, t.insert_threshold ?? 0, t.last_vacuum]
            : [t.dead, t.vacuum_threshold, t.last_vacuum]
      // Where it is not known when it came last, it has not for as long as this has been so.
      const away = last === null ? seconds : (at - last) / 1000
      if (count < least || away < seconds) return []
      const what =
        t.part === 'TOAST'
          ? `the TOAST table of ${shownName(t.schema, t.table)}`
          : shownName(t.schema, t.table)
      return [
        {
          subject: `${shownName(t.schema, t.table)}${t.part === 'TOAST' ? ' TOAST' : ''}`,
          severity: 'warning' as const,
          value: t.due,
          unit: 'none' as const,
          summary: `Autovacuum has not come to ${what} for ${formatSeconds(away)}: ${formatCount(count)} ${t.because}, due at ${formatCount(threshold)}.`,
          evidence: {
            because: t.because,
            count,
            threshold,
            last_vacuum: t.last_vacuum,
            last_analyze: t.last_analyze,
          },
        },
      ]
    })
  },
  blindTo: ({ uncounted }) => blindToUncounted(uncounted),
})
