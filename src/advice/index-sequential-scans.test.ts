import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import statementRates from '../derived/statement-rates.ts'
import tableRates from '../derived/table-rates.ts'
import tables from '../derived/tables.ts'
import advice from './index-sequential-scans.ts'

const of = (queries: (string | null)[] | undefined, live = 10_000, seq_rows = 50_000) =>
  recommend(advice, {
    rates: [row(tableRates, { oid: 1, schema: 's', table: 'orders', seq_rows })],
    tables: [row(tables, { oid: 1, live })],
    statements: queries?.map((query) => row(statementRates, { query, share: 0.4, mean: 0.2 })),
  })

test.each([
  [10_000, 50_000, 1],
  [9_999, 50_000, 0],
  [10_000, 49_999, 0],
])('%i rows, %i read a second: %i', (live, rows, count) =>
  expect(of(undefined, live, rows)).toHaveLength(count),
)

test('names the statements that name the table, and gives no DDL', () => {
  const [found] = of([
    'SELECT * FROM orders_archive',
    'SELECT * FROM "orders" WHERE a = $1',
    'select 1',
    null,
    'UPDATE s.ORDERS SET a = $1',
  ])
  expect(found).toMatchObject({
    confidence: 'medium',
    gain: expect.stringContaining('40 %'),
    evidence: {
      statement_1: 'SELECT * FROM "orders" WHERE a = $1',
      statement_2: 'UPDATE s.ORDERS SET a = $1',
    },
  })
  expect(found?.evidence).not.toHaveProperty('statement_3')
  expect(found).not.toHaveProperty('sql')
})

test('no text known: low confidence', () => {
  expect(of(undefined)).toMatchObject([{ confidence: 'low' }])
  expect(of(['select 1'])).toMatchObject([{ confidence: 'low' }])
})
