import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import databaseRates from '../derived/database-rates.ts'
import rule from './error-rate.ts'

const judged = (transactions: number, rollbacks: number, current = true) =>
  check(rule, {
    rates: [
      row(databaseRates, {
        database: 'app',
        current,
        window: 10,
        transactions: transactions / 10,
        rollback_ratio: transactions === 0 ? null : rollbacks / transactions,
      }),
    ],
  })

test.each([
  [0, 0, []],
  [99, 99, []],
  [100, 1, []],
  [100, 2, ['warning']],
  [100, 5, ['warning']],
  [100, 6, ['critical']],
])('%i transactions, %i rolled back: %j', (all, rolled, severities) =>
  expect(judged(all, rolled).map((b) => b.severity)).toEqual(severities),
)

test('says the share, of how many, over which time', () =>
  expect(judged(1200, 36)[0]?.summary).toBe('3 % of 1,200 transactions were rolled back over the last 10 s.'))

test('other databases are judged where they are watched', () => expect(judged(100, 50, false)).toEqual([]))
