import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import rule from './connection-leak.ts'

const sessions = (count: number, values: Partial<ReturnType<typeof one>> = {}) =>
  Array.from({ length: count }, () => one(values))
const one = (values = {}) =>
  row(activity, { state: 'idle', state_age: 601, application: 'worker', user: 'app', ...values })

test.each([
  [sessions(10), 0],
  [sessions(11), 1],
  [sessions(11, { state_age: 600 }), 0],
  [sessions(11, { state: 'active' }), 0],
  [[...sessions(6), ...sessions(6, { application: 'web' })], 0],
])('case %#', (activity, count) => expect(check(rule, { activity, tracking: [] })).toHaveLength(count))

test('names the application and its roles', () =>
  expect(check(rule, { activity: sessions(12), tracking: [] })).toMatchObject([
    {
      subject: 'application worker',
      value: 12,
      summary: 'worker holds 12 sessions that nobody used for more than 10 min.',
      evidence: { users: 'app' },
    },
  ]))

test.each([
  { user: 'authenticator' },
  { application: 'PostgREST 12.2', user: 'api' },
  { application: 'Supavisor', user: 'postgres' },
  { user: 'supabase_realtime_admin' },
])('sessions of services that keep pools are no leak: %o', (values) =>
  expect(check(rule, { activity: sessions(20, values), tracking: [] })).toEqual([]),
)
