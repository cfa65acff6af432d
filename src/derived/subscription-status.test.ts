import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import subscriptions from '../probes/subscriptions.ts'
import subscriptionStatus from './subscription-status.ts'

type Values = Parameters<typeof row<typeof subscriptions>>[1]
const sub = (values: Values) => row(subscriptions, { subscription: 's', database: 'd', ...values })
const of = (before: Values, now: Values) =>
  derive(subscriptionStatus, { subscriptions: { before: [sub(before)], now: [sub(now)], seconds: 10 } })[0]

test.each([
  [{ enabled: true, running: true }, 'running'],
  [{ enabled: true, running: true, tables_copying: 2 }, 'copying'],
  [{ enabled: true, running: false }, 'stopped'],
  [{ enabled: false, running: false }, 'disabled'],
])('%j is %s', (values, state) => expect(of(values, values)?.state).toBe(state))

test.each([
  [{ apply_errors: 3, copy_errors: 1 }, { apply_errors: 5, copy_errors: 1 }, 2],
  [{ apply_errors: 3, copy_errors: 1 }, { apply_errors: 0, copy_errors: 1 }, 0],
  [{ apply_errors: 3 }, { apply_errors: 0 }, null],
  [{}, {}, null],
])('errors grow from %j to %j by %s', (before, now, errors) => expect(of(before, now)?.errors).toBe(errors))

test.each([
  [3, 5, 2],
  [3, 3, 0],
  [3, 0, null],
  [null, null, null],
])('conflicts grow from %s to %s by %s', (before, now, conflicts) =>
  expect(of({ conflicts: before }, { conflicts: now })?.conflicts).toBe(conflicts),
)
