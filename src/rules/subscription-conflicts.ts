import { plural } from '../core/format.ts'
import { type Breach, defineRule } from '../core/rule.ts'
import subscriptionStatus from '../derived/subscription-status.ts'

export default defineRule({
  name: 'subscription-conflicts',
  title: 'Subscription diverges',
  doc: 'Logical replication brought changes that did not fit the rows here, and raised no error: a row to be updated or deleted was missing, and the change was skipped; or, with track_commit_timestamp on, it had been changed by somebody else, and that was overwritten. Publisher and subscriber no longer hold the same. PostgreSQL counts such conflicts from release 18 on; before, nobody can tell.',
  remedy:
    'The log of this server names table, key and kind of each conflict; pg_stat_subscription_stats counts the kinds. Find who else writes to these tables here and stop it, then compare the rows with the publisher and correct them, or copy the table anew.',
  needs: { subscriptions: subscriptionStatus },
  thresholds: { conflicts: 0 },
  deductions: { warning: 5 },
  check({ subscriptions }, { conflicts: most }) {
    return subscriptions.flatMap((s): Breach[] => {
      if (s.conflicts === null || s.conflicts <= most) return []
      return [
        {
          subject: `subscription ${s.database}.${s.subscription}`,
          severity: 'warning',
          value: s.conflicts,
          unit: 'count',
          summary: `${plural(s.conflicts, 'change')} of the subscription ${s.subscription} of the database ${s.database} did not fit the rows here between two looks: skipped, or overwrote a change of this side.`,
          evidence: { state: s.state, conflicts: s.conflicts, errors: s.errors },
        },
      ]
    })
  },
})
