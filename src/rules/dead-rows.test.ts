import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import neglectedToast from '../derived/neglected-toast.ts'
import partitionedTables from '../derived/partitioned-tables.ts'
import tables from '../derived/tables.ts'
import rule from './dead-rows.ts'

const judged = (dead: number, live: number) =>
  check(rule, {
    toast: undefined,
    tables: [row(tables, { schema: 'public', table: 't', dead, live, dead_ratio: dead / (live + dead) })],
    uncounted: [],
    partitioned: [],
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

test('small partitions are judged together, unless one of them says more by itself', () => {
  const part = { schema: 'public', dead: 9_000, live: 1_000, dead_ratio: 0.9, root: 7 }
  const root = { ...part, oid: 7, table: 'log', dead: 18_000, live: 2_000, partitions: 2 }
  const { root: _, ...sums } = root
  const found = (...dead: number[]) =>
    check(rule, {
      tables: dead.map((n, i) => row(tables, { ...part, table: `log_${i}`, dead: n })),
      uncounted: [],
      partitioned: [row(partitionedTables, sums)],
      toast: undefined,
    }).map((b) => b.subject)
  expect(found(9_000, 9_000)).toEqual(['public.log'])
  expect(found(9_000, 10_000)).toEqual(['public.log_1'])
})

test('says how many of which table', () =>
  expect(judged(25_000, 75_000)).toMatchObject([
    {
      subject: 'public.t',
      summary: '25 % of the rows of public.t are dead (25,000 beside 75,000 live ones).',
    },
  ]))

test('a TOAST table without autovacuum is judged alike, once it was read', () => {
  const ofToast = (dead: number | null, live: number | null) =>
    check(rule, {
      tables: [],
      uncounted: [],
      partitioned: [],
      toast: [row(neglectedToast, { schema: 'public', table: 't', dead, live })],
    })
  expect(ofToast(null, null)).toEqual([])
  expect(ofToast(9_999, 1)).toEqual([])
  expect(ofToast(10_001, 10_000)).toMatchObject([
    {
      subject: 'public.t TOAST',
      severity: 'critical',
      summary: expect.stringContaining('the TOAST table of public.t '),
    },
  ])
})
