import { expect, test } from 'vitest'
import { context, derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import instance from '../probes/instance.ts'
import connections from './connections.ts'

const server = row(instance, { max_connections: 100, reserved_connections: 3, client_backends: 6 })

test('counts states, waits and the oldest of each kind', () => {
  const sessions = [
    row(activity, { state: 'active', backend_age: 10, transaction_age: 5, wait_event_type: 'Lock' }),
    row(activity, { state: 'active', backend_age: 900, wait_event_type: 'IO' }),
    row(activity, { state: 'idle', backend_age: 20, state_age: 19 }),
    row(activity, { state: 'idle in transaction', backend_age: 50, transaction_age: 49, state_age: 40 }),
    // PostgreSQL tells no age of an aborted transaction.
    row(activity, { state: 'idle in transaction (aborted)', backend_age: 60, state_age: 45 }),
  ]
  expect(derive(connections, { activity: sessions, instance: [server], tracking: [] })).toEqual([
    {
      used: 6,
      usable: 97,
      utilisation: 6 / 97,
      active: 2,
      idle: 1,
      idle_in_transaction: 1,
      aborted: 1,
      hidden: 0,
      waiting_on_lock: 1,
      oldest_session: 900,
      oldest_transaction: 49,
      oldest_idle_in_transaction: 45,
    },
  ])
})

test('where sessions do not tell what they do, states are not known, and those taken are', () =>
  expect(
    derive(connections, {
      activity: [row(activity, { state: 'disabled', backend_age: 9 })],
      ...{ instance: [server], tracking: undefined },
    }),
  ).toMatchObject([
    {
      ...{ used: 6, hidden: 1, oldest_session: 9, waiting_on_lock: 0 },
      ...{ active: null, idle: null, idle_in_transaction: null, aborted: null, oldest_transaction: null },
    },
  ]))

test('nobody there: no ages, not zero', () =>
  expect(derive(connections, { activity: [], instance: [server], tracking: [] })).toMatchObject([
    { oldest_session: null, oldest_transaction: null, oldest_idle_in_transaction: null, active: 0 },
  ]))

test('all slots reserved is full, not a division by zero', () =>
  expect(
    derive(connections, { activity: [], instance: [{ ...server, reserved_connections: 100 }], tracking: [] }),
  ).toMatchObject([{ usable: 0, utilisation: 1 }]))

test('without the limits there is no answer', () =>
  expect(connections.compute({ activity: [], instance: [], tracking: [] }, context())).toMatchObject({
    ok: false,
  }))
