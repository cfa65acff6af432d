import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import preparedTransactions from '../probes/prepared-transactions.ts'

export default defineRule({
  name: 'prepared-transactions',
  title: 'Prepared transactions left open',
  doc: 'A transaction prepared for two-phase commit keeps its locks, and keeps VACUUM from cleaning up, until somebody commits it or rolls it back, even over a restart. When whoever prepared it is gone, nobody will.',
  remedy:
    'Look at pg_prepared_xacts and end each with COMMIT PREPARED or ROLLBACK PREPARED. Where two-phase commit is in daily use, raise this rule’s threshold.',
  needs: { prepared: preparedTransactions },
  thresholds: { transactions: 0 },
  deductions: { warning: 5 },
  check({ prepared }, { transactions }) {
    if (prepared.length <= transactions) return []
    // The probe gives the oldest first.
    const [oldest] = prepared
    return [
      {
        subject: 'instance',
        severity: 'warning',
        value: prepared.length,
        unit: 'count',
        summary: `${plural(prepared.length, 'prepared transaction')} ${prepared.length === 1 ? 'waits' : 'wait'} to be committed or rolled back; the oldest, ${oldest?.transaction}, for ${formatSeconds(oldest?.age ?? 0)}.`,
        evidence: {
          prepared_transactions: prepared.length,
          transaction: oldest?.transaction ?? null,
          database: oldest?.database ?? null,
          owner: oldest?.owner ?? null,
          age: oldest?.age ?? null,
          xmin_age: oldest?.xmin_age ?? null,
        },
      },
    ]
  },
})
