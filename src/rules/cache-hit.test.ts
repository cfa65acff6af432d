import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import databaseRates from '../derived/database-rates.ts'
import rule from './cache-hit.ts'

const judged = (hit: number, read: number, current = true) =>
  check(rule, {
    rates: [
      row(databaseRates, {
        database: 'app',
        current,
        window: 10,
        blocks_hit: hit / 10,
        blocks_read: read / 10,
        cache_hit: hit + read === 0 ? null : hit / (hit + read),
      }),
    ],
  })

test.each([
  [0, 0, []],
  [0, 9_999, []],
  [9_500, 500, []],
  [9_499, 501, ['warning']],
  [9_000, 1_000, ['warning']],
  [8_999, 1_001, ['critical']],
])('%i hits and %i reads: %j', (hit, read, severities) =>
  expect(judged(hit, read).map((b) => b.severity)).toEqual(severities),
)

test('says the share, of how many, over which time', () =>
  expect(judged(18_400, 1_600)[0]?.summary).toBe(
    '92 % of 20,000 blocks came from shared buffers over the last 10 s.',
  ))

test('other databases are judged where they are watched', () => expect(judged(0, 1e6, false)).toEqual([]))
