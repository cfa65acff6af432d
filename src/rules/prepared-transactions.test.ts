import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import instance from '../probes/instance.ts'
import rule from './prepared-transactions.ts'

const judged = (prepared_transactions: number, transactions = 0) =>
  check(
    rule,
    { instance: [row(instance, { prepared_transactions, oldest_xmin_age: 1200 })] },
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

test('says how many, and how far back they hold', () =>
  expect(judged(1)[0]?.summary).toBe(
    '1 prepared transaction waits to be committed or rolled back; the oldest transaction still needed is 1,200 back.',
  ))
