import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import type { Row } from '../core/table.ts'
import bufferHits from '../derived/buffer-hits.ts'
import databaseRates from '../derived/database-rates.ts'
import rule from './cache-hit.ts'

type Parts = readonly Row<typeof bufferHits>[]
const judged = (hit: number, read: number, current = true, parts?: Parts) =>
  check(rule, {
    parts,
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

test('tells tables and indexes apart once they are known', () => {
  const known = [row(bufferHits, { tables: 0.9, indexes: 0.999 })]
  expect(judged(0, 1e6, true, known)[0]?.evidence).toMatchObject({ tables_hit: 0.9, indexes_hit: 0.999 })
  expect(judged(0, 1e6)[0]?.evidence).toMatchObject({ tables_hit: null, indexes_hit: null })
})

test('other databases are judged where they are watched', () => expect(judged(0, 1e6, false)).toEqual([]))
