import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import bufferTotals from '../probes/buffer-totals.ts'
import bufferHits from './buffer-hits.ts'

type Values = Parameters<typeof row<typeof bufferTotals>>[1]
const hits = (before: Values, now: Values) =>
  derive(bufferHits, {
    totals: { seconds: 100, before: [row(bufferTotals, before)], now: [row(bufferTotals, now)] },
  })

test('what grew between two sweeps, tables and indexes apart', () =>
  expect(
    hits(
      { table_fetched: 1000, table_hit: 1000, index_fetched: 50, index_hit: 50 },
      { table_fetched: 2000, table_hit: 1500, index_fetched: 150, index_hit: 149 },
    ),
  ).toEqual([{ window: 100, tables: 0.5, indexes: 0.99, table_blocks: 10, index_blocks: 1 }]))

test('nothing asked for: no share; never more than all', () =>
  expect(hits({}, { index_fetched: 10, index_hit: 11 })).toMatchObject([{ tables: null, indexes: 1 }]))

test('after a reset, or when a table is dropped: no row, and no negative share', () =>
  expect(hits({ table_fetched: 10, table_hit: 9 }, { table_fetched: 5, table_hit: 5 })).toEqual([]))
