import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import subscriptionStatus from '../derived/subscription-status.ts'
import rule from './subscription-conflicts.ts'

const judged = (conflicts: number | null) =>
  check(rule, {
    subscriptions: [
      row(subscriptionStatus, { subscription: 's', database: 'd', state: 'running', conflicts }),
    ],
  }).map((b) => b.summary)

test.each([
  [null, []],
  [0, []],
  [1, [expect.stringContaining('1 change of the subscription s of the database d did not fit')]],
  [100, [expect.stringContaining('100 changes of the subscription s of the database d did not fit')]],
])('%s conflicts', (conflicts, said) => expect(judged(conflicts)).toEqual(said))
