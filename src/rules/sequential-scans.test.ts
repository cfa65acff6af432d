import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import tableRates from '../derived/table-rates.ts'
import tables from '../derived/tables.ts'
import rule from './sequential-scans.ts'

const judged = (live: number, seq_rows: number, oid = 1) =>
  check(rule, {
    rates: [row(tableRates, { oid: 1, schema: 'public', table: 't', seq_rows, seq_scans: 2 })],
    tables: [row(tables, { oid, live })],
  })

test.each([
  [9_999, 1e9, 0],
  [10_000, 49_999, 0],
  [10_000, 50_000, 1],
])('%i rows, %d read a second: %i finding', (live, rows, count) =>
  expect(judged(live, rows)).toHaveLength(count),
)

test('a table that is not known is not judged', () => expect(judged(1e6, 1e6, 2)).toEqual([]))

test('says how often and how much', () =>
  expect(judged(500_000, 1_000_000)).toMatchObject([
    {
      subject: 'public.t',
      summary: 'public.t (500,000 rows) is read from end to end 2 times a second, 1,000,000 rows a second.',
    },
  ]))
