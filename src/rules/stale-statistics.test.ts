import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import partitionedTables from '../derived/partitioned-tables.ts'
import tables from '../derived/tables.ts'
import rule from './stale-statistics.ts'

const judged = (changed_since_analyze: number, live: number, estimate = true) =>
  check(rule, {
    partitioned: undefined,
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

const whole = (changed_since_analyze: number, live: number, estimate: boolean) =>
  check(rule, {
    tables: [],
    uncounted: [],
    partitioned: [
      row(partitionedTables, {
        schema: 'public',
        table: 'p',
        partitions: 2,
        changed_since_analyze,
        live,
        estimate,
      }),
    ],
  })

test.each([
  [9_999, 9_999, false, 0],
  [10_000, 10_000, false, 1],
  [10_000, 50_000, true, 0],
  [10_001, 50_000, true, 1],
])(
  '%i changes in the %i rows of a partitioned table (analysed: %s): %i finding',
  (changed, live, estimate, count) => {
    const found = whole(changed, live, estimate)
    expect(found).toHaveLength(count)
    for (const f of found) {
      expect(f).toMatchObject({ subject: 'public.p', severity: 'info', evidence: { partitions: 2 } })
      expect(f.summary).toMatch(estimate ? /^At least 10,001 rows / : /^No ANALYZE ever looked at /)
    }
  },
)
