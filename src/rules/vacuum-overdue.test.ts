import { expect, test } from 'vitest'
import { AT, check, row } from '../../test/facts.ts'
import autovacuumDue from '../derived/autovacuum-due.ts'
import vacuumProgress from '../probes/vacuum-progress.ts'
import vacuumOverdue from './vacuum-overdue.ts'

type Due = Parameters<typeof row<typeof autovacuumDue>>[1]
const HOUR = 3_600_000
const dead: Due = {
  ...{ schema: 'public', table: 'orders', part: 'table', enabled: true, because: 'dead rows' },
  ...{ due: 2, dead: 10_000, vacuum_threshold: 5_000, last_vacuum: AT - 6 * HOUR },
}
const judged = (due: Due, o: { running?: string } = {}) =>
  check(vacuumOverdue, {
    tables: [row(autovacuumDue, { ...dead, ...due })],
    uncounted: [],
    running: o.running === undefined ? [] : [row(vacuumProgress, { relation: o.running })],
  })

// By default: twice over its threshold, 10,000 rows, six hours without a visit.
test.each<[string, Due, number]>([
  ['at all three limits', {}, 1],
  ['a moment before the six hours', { last_vacuum: AT - 6 * HOUR + 1_000 }, 0],
  ['not yet twice its threshold', { due: 1.99 }, 0],
  ['few rows', { dead: 9_999 }, 0],
  ['off for the table: another rule', { enabled: false }, 0],
  [
    'changed rows count from the last ANALYZE',
    { because: 'changed rows', changed: 10_000, analyze_threshold: 5_000, last_analyze: AT - 6 * HOUR },
    1,
  ],
  [
    'and not from the last VACUUM',
    { because: 'changed rows', changed: 10_000, analyze_threshold: 5_000, last_analyze: AT - HOUR },
    0,
  ],
  ['inserted rows', { because: 'inserted rows', inserted: 10_000, insert_threshold: 5_000 }, 1],
])('%s', (_, due, found) => expect(judged(due)).toHaveLength(found))

test('never vacuumed: for as long as it has to last to be told', () => {
  expect(judged({ last_vacuum: null })).toMatchObject([
    { severity: 'warning', subject: 'public.orders', summary: expect.stringContaining('for 6 h') },
  ])
})

test('one that is vacuumed now is not overdue; a TOAST table is told apart', () => {
  expect(judged({}, { running: 'public.orders' })).toEqual([])
  const dotted = { schema: 'a.b', table: 'c' }
  expect(judged(dotted)).toMatchObject([{ subject: '"a.b".c' }])
  expect(judged(dotted, { running: 'a.b.c' })).toEqual([])
  expect(judged({ part: 'TOAST' })).toMatchObject([{ subject: 'public.orders TOAST' }])
})
