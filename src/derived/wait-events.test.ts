import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import waitEvents from './wait-events.ts'

test('sessions that run a statement, by what they wait for', () => {
  const active = (type: string | null, event: string | null) =>
    row(activity, { state: 'active', wait_event_type: type, wait_event: event })
  const idle = row(activity, { state: 'idle', wait_event_type: 'Client', wait_event: 'ClientRead' })
  const lock = active('Lock', 'transactionid')
  expect(derive(waitEvents, { activity: [idle, lock, active(null, null), lock], tracking: [] })).toEqual([
    { type: 'Lock', event: 'transactionid', sessions: 2 },
    { type: 'CPU', event: 'running', sessions: 1 },
  ])
})
