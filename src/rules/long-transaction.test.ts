import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import rule from './long-transaction.ts'

const judged = (transaction_age: number | null, state = 'active', state_age = 0) =>
  check(rule, {
    tracking: [],
    activity: [row(activity, { pid: 5, transaction_age, state, state_age, xmin_age: 12_000 })],
  })

test.each([
  [null, []],
  [300, []],
  [301, ['warning']],
  [3600, ['warning']],
  [3601, ['critical']],
])('a transaction open for %s s: %j', (age, severities) =>
  expect(judged(age).map((b) => b.severity)).toEqual(severities),
)

test('one that idled most of its time is told by idle-in-transaction', () => {
  expect(judged(1000, 'idle in transaction', 501)).toEqual([])
  expect(judged(1000, 'idle in transaction', 499)).toHaveLength(1)
})

test('says what it holds back', () =>
  expect(judged(360)[0]?.summary).toBe(
    'Session 5 has had a transaction open for 6 min; 12,000 transactions since then can not be cleaned up.',
  ))
