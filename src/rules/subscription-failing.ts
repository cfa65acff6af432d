import { plural } from '../core/format.ts'
import { type Breach, defineRule } from '../core/rule.ts'
import subscriptionStatus from '../derived/subscription-status.ts'

export default defineRule({
  name: 'subscription-failing',
  title: 'Subscription fails',
  doc: 'Logical replication into this server stands still: the worker ended with an error and is started again in vain, or does not run at all. Changes wait at the publisher, whose slot holds back WAL for them until its disk is full.',
  remedy:
    'Read the error in the log of this server. Often a row is there already, or a column or table is missing here: correct that, or skip the change with ALTER SUBSCRIPTION … SKIP. Enable a disabled subscription, or drop it.',
  needs: { subscriptions: subscriptionStatus },
  thresholds: { errors: 0 },
  deductions: { warning: 5, critical: 10 },
  check({ subscriptions }, { errors: most }) {
    return subscriptions.flatMap((s): Breach[] => {
      const errors = s.errors ?? 0
      const failing = errors > most
      if (!failing && (s.state === 'running' || s.state === 'copying')) return []
      const name = `subscription ${s.subscription} of the database ${s.database}`
      return [
        {
          subject: `subscription ${s.database}.${s.subscription}`,
          severity: s.state === 'disabled' ? 'warning' : 'critical',
          value: errors,
          unit: 'count',
          summary: failing
            ? `The ${name} failed ${plural(errors, 'time')} between two looks; it is ${s.state} now.`
            : `The ${name} is ${s.state}: nothing is replicated.`,
          evidence: {
            state: s.state,
            errors: s.errors,
            message_age: s.message_age,
            tables_copying: s.tables_copying,
          },
        },
      ]
    })
  },
})
