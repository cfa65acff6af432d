import { formatCount, formatRatio, formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import databaseRates from '../derived/database-rates.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'error-rate',
  title: 'Many transactions are rolled back',
  doc: 'A transaction that ends in an error is rolled back, and so is one that the application gives up by itself. A high share means failing statements, conflicts or deadlocks, or an application that rolls back as a habit.',
  remedy: 'Look for errors in the log of the server and of the application.',
  needs: { rates: databaseRates },
  thresholds: { warning: 0.01, critical: 0.05, transactions: 100 },
  deductions: { warning: 5, critical: 10 },
  check({ rates }, thresholds) {
    return rates.flatMap((d) => {
      const transactions = Math.round(d.transactions * d.window)
      if (!d.current || d.rollback_ratio === null || transactions < thresholds.transactions) return []
      const severity = above(d.rollback_ratio, thresholds)
      if (!severity) return []
      return [
        {
          subject: `database ${d.database}`,
          severity,
          value: d.rollback_ratio,
          unit: 'ratio' as const,
          summary: `${formatRatio(d.rollback_ratio)} of ${formatCount(transactions)} transactions were rolled back over the last ${formatSeconds(d.window)}.`,
          evidence: {
            transactions,
            rolled_back: Math.round(d.rollback_ratio * transactions),
            window: d.window,
          },
        },
      ]
    })
  },
})
