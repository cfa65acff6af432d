import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import tables from '../derived/tables.ts'
import rule from './dead-rows.ts'

const judged = (dead: number, live: number) =>
  check(rule, {
    tables: [row(tables, { schema: 'public', table: 't', dead, live, dead_ratio: dead / (live + dead) })],
    uncounted: [],
  })

test.each([
  [9_999, 1, []],
  [10_000, 40_000, []],
  [10_000, 39_999, ['warning']],
  [10_000, 10_000, ['warning']],
  [10_001, 10_000, ['critical']],
])('%i dead beside %i live rows: %j', (dead, live, severities) =>
  expect(judged(dead, live).map((b) => b.severity)).toEqual(severities),
)

test('says how many of which table', () =>
  expect(judged(25_000, 75_000)).toMatchObject([
    {
      subject: 'public.t',
      summary: '25 % of the rows of public.t are dead (25,000 beside 75,000 live ones).',
    },
  ]))
