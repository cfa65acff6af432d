import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import rule from './idle-in-transaction.ts'

const judged = (state: string | null, state_age: number) =>
  check(rule, {
    tracking: [],
    activity: [
      row(activity, { pid: 9, application: 'api', state, state_age, locks: 2, query: "SELECT 'hunter2'" }),
    ],
  })

test.each([
  ['idle in transaction', 60, []],
  ['idle in transaction', 61, ['warning']],
  ['idle in transaction (aborted)', 61, ['warning']],
  ['idle in transaction', 600, ['warning']],
  ['idle in transaction', 601, ['critical']],
  ['idle', 9999, []],
  ['active', 9999, []],
  [null, 9999, []],
])('%s for %d s: %j', (state, age, severities) =>
  expect(judged(state, age).map((b) => b.severity)).toEqual(severities),
)

test('names the session, what it holds, and its last statement without literals', () =>
  expect(judged('idle in transaction', 200)).toMatchObject([
    {
      subject: 'pid 9',
      summary: 'api (pid 9) has been idle in a transaction for 3 min 20 s and holds 2 locks.',
      evidence: { last_statement: 'SELECT ?' },
    },
  ]))
