import { gauge, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { fail } from '../core/outcome.ts'
import activity from '../probes/activity.ts'
import instance from '../probes/instance.ts'
import activityTracking from './activity-tracking.ts'

export default defineDerived({
  name: 'connections',
  title: 'Connections',
  doc: 'Client sessions of the whole server by state, against the number that ordinary clients may open. Where track_activities is off, states and transactions are null.',
  rows: 'one',
  from: { activity, instance, tracking: maybe(activityTracking) },
  columns: {
    used: gauge('count', 'Client sessions, pgtend’s own included'),
    usable: gauge(
      'count',
      'Sessions that ordinary clients may open: max_connections without the reserved slots',
    ),
    utilisation: gauge('ratio', 'Used out of usable'),
    active: optional(gauge('count', 'Sessions running a statement')),
    idle: optional(gauge('count', 'Sessions waiting for their client, outside a transaction')),
    idle_in_transaction: optional(
      gauge('count', 'Sessions waiting for their client inside a transaction, aborted ones apart'),
    ),
    aborted: optional(gauge('count', 'Sessions inside a failed transaction that was not rolled back yet')),
    hidden: gauge('count', 'Sessions that do not tell what they do: track_activities is off for them'),
    waiting_on_lock: gauge('count', 'Sessions waiting for a lock'),
    oldest_session: optional(gauge('seconds', 'Age of the oldest session')),
    oldest_transaction: optional(
      gauge('seconds', 'Age of the oldest open transaction; PostgreSQL tells none of an aborted one'),
    ),
    oldest_idle_in_transaction: optional(
      gauge('seconds', 'Longest time that a session has been idle in a transaction, aborted ones included'),
    ),
  },
  history: ['used', 'utilisation', 'active', 'idle', 'idle_in_transaction', 'aborted', 'waiting_on_lock'],
  compute({ activity, instance: [server], tracking }) {
    if (!server) return fail('failed', 'the server did not tell its limits')
    const telling = tracking ? activity : []
    const inState = (state: string) => telling.filter((a) => a.state === state)
    const counted = (sessions: readonly unknown[]) => (tracking ? sessions.length : null)
    const oldest = (ages: readonly (number | null)[]) =>
      ages.reduce<number | null>(
        (max, age) => (age === null || (max !== null && max >= age) ? max : age),
        null,
      )
    const idleInTransaction = inState('idle in transaction')
    const aborted = inState('idle in transaction (aborted)')
    const usable = Math.max(0, server.max_connections - server.reserved_connections)
    return [
      {
        used: server.client_backends,
        usable,
        utilisation: usable === 0 ? 1 : server.client_backends / usable,
        active: counted(inState('active')),
        idle: counted(inState('idle')),
        idle_in_transaction: counted(idleInTransaction),
        aborted: counted(aborted),
        hidden: tracking ? (tracking[0]?.hidden ?? 0) : activity.length,
        waiting_on_lock: activity.filter((a) => a.wait_event_type === 'Lock').length,
        oldest_session: oldest(activity.map((a) => a.backend_age)),
        oldest_transaction: oldest(telling.map((a) => a.transaction_age)),
        oldest_idle_in_transaction: oldest([...idleInTransaction, ...aborted].map((a) => a.state_age)),
      },
    ]
  },
})
