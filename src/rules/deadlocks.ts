import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import databaseRates from '../derived/database-rates.ts'

export default defineRule({
  name: 'deadlocks',
  title: 'Deadlocks',
  doc: 'Transactions waited for each other in a circle and PostgreSQL ended one of them with an error. Whoever sent it must try again.',
  remedy:
    'Change rows in the same order everywhere, for example sorted by their key, and keep transactions short. The server’s log names the statements.',
  needs: { rates: databaseRates },
  thresholds: { deadlocks: 0 },
  deductions: { warning: 5 },
  check({ rates }, { deadlocks: most }) {
    return rates
      .filter((d) => d.current && d.deadlocks > most)
      .map((d) => ({
        subject: `database ${d.database}`,
        severity: 'warning' as const,
        value: d.deadlocks,
        unit: 'count' as const,
        summary: `${plural(d.deadlocks, 'deadlock')} in the database ${d.database} over the last ${formatSeconds(d.window)}.`,
        evidence: { deadlocks: d.deadlocks, window: d.window },
      }))
  },
})
