import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import databases from '../probes/databases.ts'
import databaseRates from './database-rates.ts'

type Database = Parameters<typeof row<typeof databases>>[1]
const rates = (before: Database, now: Database) =>
  derive(databaseRates, {
    databases: {
      seconds: 10,
      before: [row(databases, { database: 'app', ...before })],
      now: [row(databases, { database: 'app', ...now })],
    },
  })

test('counters become rates and ratios of the window', () =>
  expect(
    rates(
      { commits: 100, rollbacks: 5, blocks_hit: 1000, blocks_read: 10, temp_bytes: 0, deadlocks: 1 },
      { commits: 180, rollbacks: 25, blocks_hit: 1090, blocks_read: 20, temp_bytes: 500, deadlocks: 3 },
    ),
  ).toMatchObject([
    {
      database: 'app',
      window: 10,
      transactions: 10,
      rollback_ratio: 0.2,
      cache_hit: 0.9,
      blocks_read: 1,
      temp: 50,
      deadlocks: 2,
    },
  ]))

test('an idle database has no ratios rather than zero or NaN', () =>
  expect(rates({}, {})).toMatchObject([{ transactions: 0, rollback_ratio: null, cache_hit: null }]))

test.each([
  ['a counter went down', { commits: 100 }, { commits: 99 }],
  ['a reset is told', { commits: 1, stats_reset: 1 }, { commits: 9, stats_reset: 2 }],
])('%s: a gap, not a negative rate', (_, before, now) => expect(rates(before, now)).toEqual([]))
