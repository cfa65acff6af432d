import { formatCount, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import instance from '../probes/instance.ts'

export default defineRule({
  name: 'prepared-transactions',
  title: 'Prepared transactions left open',
  doc: 'A transaction prepared for two-phase commit keeps its locks, and keeps VACUUM from cleaning up, until somebody commits it or rolls it back, even over a restart. When whoever prepared it is gone, nobody will.',
  remedy:
    'Look at pg_prepared_xacts and end each with COMMIT PREPARED or ROLLBACK PREPARED. Where two-phase commit is in daily use, raise this rule’s threshold.',
  needs: { instance },
  thresholds: { transactions: 0 },
  deductions: { warning: 5 },
  check({ instance: [i] }, { transactions }) {
    if (!i || i.prepared_transactions <= transactions) return []
    return [
      {
        subject: 'instance',
        severity: 'warning',
        value: i.prepared_transactions,
        unit: 'count',
        summary: `${plural(i.prepared_transactions, 'prepared transaction')} ${i.prepared_transactions === 1 ? 'waits' : 'wait'} to be committed or rolled back${i.oldest_xmin_age ? `; the oldest transaction still needed is ${formatCount(i.oldest_xmin_age)} back` : ''}.`,
        evidence: {
          prepared_transactions: i.prepared_transactions,
          oldest_xmin_age: i.oldest_xmin_age,
        },
      },
    ]
  },
})
