import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import tables from '../derived/tables.ts'
import rule from './stale-statistics.ts'

const judged = (changed_since_analyze: number, live: number, estimate = true) =>
  check(rule, {
    tables: [row(tables, { schema: 'public', table: 't', changed_since_analyze, live, estimate })],
    uncounted: [],
  })

test.each([
  [9_999, 100, 0],
  [10_000, 50_000, 0],
  [10_001, 50_000, 1],
  [10_000, 0, 1],
])('%i changes in %i rows: %i finding', (changed, live, count) =>
  expect(judged(changed, live)).toHaveLength(count),
)

test('says whether it was ever analysed; takes no points', () => {
  expect(judged(20_000, 20_000, false)).toMatchObject([
    {
      severity: 'info',
      summary: '20,000 rows of public.t have changed and it was never analysed (100 % of its live rows).',
    },
  ])
  expect(rule.deductions).toEqual({})
})
