import { detail, gauge, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { pair } from '../core/given.ts'
import type { Row } from '../core/table.ts'
import subscriptions from '../probes/subscriptions.ts'

type Subscription = Row<typeof subscriptions>

const key = (s: Subscription): string => JSON.stringify([s.database, s.subscription])

/** How much a counter grew; none where it is not counted or began anew. */
function growth(now: number | null, before: number | null | undefined): number | null {
  if (now === null || before === null || before === undefined || now < before) return null
  return now - before
}

function stateOf(s: Subscription): string {
  if (s.running) return s.tables_copying ? 'copying' : 'running'
  return s.enabled ? 'stopped' : 'disabled'
}

export default defineDerived({
  name: 'subscription-status',
  title: 'Logical replication into this server',
  doc: 'Each subscription: whether it runs, and what went wrong between the last two samples. A worker that meets an error ends, and is started again until the cause is gone; no row: nothing is subscribed to.',
  rows: 'many',
  from: { subscriptions: pair(subscriptions) },
  columns: {
    subscription: label('Name of the subscription'),
    database: label('Database that it writes to'),
    state: detail('running, copying (first copies), stopped (enabled, but no worker) or disabled'),
    message_age: optional(gauge('seconds', 'Since the last message of the publisher')),
    tables_copying: optional(gauge('count', 'Tables whose first copy is not done')),
    errors: optional(
      gauge('count', 'Times that applying or copying failed between the samples; PostgreSQL 15 and newer'),
    ),
    conflicts: optional(
      gauge(
        'count',
        'Changes between the samples that were skipped, or overwrote a change of this side, without an error; PostgreSQL 18 and newer',
      ),
    ),
  },
  history: ['errors', 'conflicts'],
  compute({ subscriptions: { now, before } }) {
    const earlier = new Map(before.map((s) => [key(s), s]))
    return now.map((s) => {
      const old = earlier.get(key(s))
      const apply = growth(s.apply_errors, old?.apply_errors)
      const copy = growth(s.copy_errors, old?.copy_errors)
      return {
        subscription: s.subscription,
        database: s.database,
        state: stateOf(s),
        message_age: s.message_age,
        tables_copying: s.tables_copying,
        errors: apply === null && copy === null ? null : (apply ?? 0) + (copy ?? 0),
        conflicts: growth(s.conflicts, old?.conflicts),
      }
    })
  },
})
