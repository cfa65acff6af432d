import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import preparedTransactions from '../probes/prepared-transactions.ts'
import rule from './prepared-transactions.ts'

const judged = (n: number, transactions = 0) =>
  check(
    rule,
    {
      prepared: Array.from({ length: n }, (_, i) =>
        row(preparedTransactions, { transaction: `t${i}`, age: 3600 - i }),
      ),
    },
    { thresholds: { transactions } },
  )

test.each([
  [0, 0, 0],
  [1, 0, 1],
  [5, 5, 0],
  [6, 5, 1],
])('%i prepared with a threshold of %i: %i finding', (prepared, most, count) =>
  expect(judged(prepared, most)).toHaveLength(count),
)

test('says how many, and names the oldest', () =>
  expect(judged(2)[0]?.summary).toBe(
    '2 prepared transactions wait to be committed or rolled back; the oldest, t0, for 1 h.',
  ))
