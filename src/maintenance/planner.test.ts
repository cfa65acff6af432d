import { expect, test } from 'vitest'
import { context, row } from '../../test/facts.ts'
import type { Bloat } from '../core/bloat.ts'
import type { MaintenanceSettings } from '../core/maintenance.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'
import neglectedToast from '../derived/neglected-toast.ts'
import partitionedTables from '../derived/partitioned-tables.ts'
import tables from '../derived/tables.ts'
import { parseConfig } from '../monitor/config.ts'
import { type Facts, planTask } from './planner.ts'

const settings = (more: Partial<MaintenanceSettings> = {}): MaintenanceSettings => ({
  ...parseConfig({}).maintenance,
  ...more,
})
const table = (name: string, dead: number, live: number, more = {}) =>
  row(tables, {
    ...{ schema: 'public', table: name, dead, live, dead_ratio: dead / (dead + live), estimate: true },
    ...more,
  })
const bloat = (name: string, share: number, index: string | null = null): Bloat => ({
  ...{ schema: 'public', table: name, index, size: 1e9, bloat: share },
})
const plan = (
  task: 'vacuum' | 'analyze' | 'reindex',
  facts: Partial<Facts>,
  o: Partial<MaintenanceSettings> & {
    inWindow?: boolean
    thresholds?: Record<string, Record<string, number>>
  } = {},
) => {
  const { inWindow = true, thresholds = {}, ...more } = o
  const all = { tables: [], invalidIndexes: [], ...facts }
  return planTask(task, all, context(), { settings: settings(more), thresholds, inWindow })
}

test('VACUUM for more than 20 % dead rows, the worst first, and nothing for the others', () => {
  const facts = [
    table('calm', 10_000, 90_000),
    table('bad', 30_000, 70_000),
    table('worse', 80_000, 20_000),
    table('small', 50, 50),
  ]
  const { wanted } = plan('vacuum', { tables: facts })
  expect(wanted.map((w) => [w.action, w.input.table])).toEqual([
    ['vacuum', 'worse'],
    ['vacuum', 'bad'],
  ])
  expect(wanted[0]?.because).toContain('80 %')
})

test('VACUUM of a table for its TOAST table, once for both', () => {
  const toast = ['heavy', 'bad'].map((name) =>
    row(neglectedToast, { schema: 'public', table: name, dead: 40_000, live: 60_000 }),
  )
  const { wanted } = plan('vacuum', { tables: [table('bad', 30_000, 70_000)], toast })
  expect(wanted.map((w) => [w.input.table, w.because.includes('TOAST')])).toEqual([
    ['heavy', true],
    ['bad', false],
  ])
})

test('what health calls bad is set in one place: its thresholds hold here too', () => {
  const facts = [table('bad', 30_000, 70_000)]
  expect(plan('vacuum', { tables: facts }, { thresholds: { 'dead-rows': { warning: 0.4 } } }).wanted).toEqual(
    [],
  )
})

test('ANALYZE for stale statistics', () => {
  const facts = [
    table('stale', 0, 50_000, { changed_since_analyze: 40_000 }),
    table('fresh', 0, 50_000, { changed_since_analyze: 100 }),
  ]
  expect(plan('analyze', { tables: facts }).wanted).toMatchObject([
    { action: 'analyze', input: { schema: 'public', table: 'stale' } },
  ])
})

test('an invalid part of a partitioned index is rebuilt, the whole is left alone with what it lacks', () => {
  const rows = [
    row(invalidIndexes, { schema: 's', index: 'part', part_of: 'whole', kept_because: 'it is part' }),
    row(invalidIndexes, {
      schema: 's',
      index: 'whole',
      partitioned: true,
      lacking: ['s.t_1'],
      kept_because: 'so',
    }),
  ]
  const { wanted, leftAlone } = plan('reindex', { invalidIndexes: rows })
  expect(wanted.map((w) => [w.action, w.input.index])).toEqual([['reindex-concurrently', 'part']])
  expect(leftAlone).toContainEqual({
    subject: 's.whole',
    reason: 'the index of a partitioned table lacks valid parts for s.t_1: see the finding',
  })
})

test('VACUUM of a partitioned table for what its small partitions hold together', () => {
  const partitioned = [9, 8].map((oid) =>
    row(partitionedTables, {
      ...{ oid, schema: 'public', table: `p${oid}`, partitions: 2 },
      ...{ live: 20_000, dead: 18_000, dead_ratio: 18 / 38 },
    }),
  )
  // One of the other's partitions is found itself: that is enough.
  const facts = { tables: [table('part', 15_000, 10_000, { root: 8 })], partitioned }
  expect(plan('vacuum', facts).wanted.map((w) => w.input.table)).toEqual(['part', 'p9'])
})

test('ANALYZE of a partitioned table takes in its partitions', () => {
  const stale = { changed_since_analyze: 40_000 }
  const facts = {
    tables: [
      table('part', 0, 50_000, { ...stale, root: 9 }),
      table('other', 0, 50_000, { ...stale, root: 8 }),
      table('single', 0, 40_000, stale),
    ],
    partitioned: [9, 8].map((oid) =>
      row(partitionedTables, {
        ...{ oid, schema: 'public', table: `p${oid}`, live: 50_000, estimate: true },
        changed_since_analyze: oid === 9 ? 45_000 : 100,
      }),
    ),
  }
  expect(plan('analyze', facts).wanted.map((w) => w.input.table)).toEqual(['single', 'p9', 'other'])
})

test('a rebuild for an invalid index, a drop for what a failed rebuild left', () => {
  const rows = [
    row(invalidIndexes, { schema: 'public', index: 'broken' }),
    row(invalidIndexes, { schema: 'public', index: 'a_ccnew', leftover_of: 'a' }),
  ]
  expect(plan('reindex', { invalidIndexes: rows }).wanted.map((w) => [w.action, w.input.index])).toEqual([
    ['reindex-concurrently', 'broken'],
    ['drop-invalid-index', 'a_ccnew'],
  ])
})

test('a rebuild for more than 50 % measured bloat', () => {
  const bloats = { rows: [bloat('t', 0.6, 'i60'), bloat('t', 0.5, 'i50'), bloat('t', 0.9)], unknown: [] }
  expect(plan('reindex', { bloats }).wanted).toMatchObject([
    { action: 'reindex-concurrently', input: { index: 'i60' } },
  ])
})

test('bloat that was not measured is told, never guessed', () => {
  const bloats = { rows: [], unknown: ['Bloat is not measured: …'] }
  for (const task of ['vacuum', 'reindex'] as const)
    expect(plan(task, { bloats })).toEqual({
      wanted: [],
      leftAlone: [{ subject: 'bloat', reason: 'Bloat is not measured: …' }],
    })
})

test('VACUUM FULL for more than 30 % only where it is allowed and the window is open', () => {
  const bloats = { rows: [bloat('t', 0.31), bloat('u', 0.3)], unknown: [] }
  expect(plan('vacuum', { bloats }).leftAlone).toMatchObject([
    { subject: 'public.t', reason: expect.stringContaining('not allowed') },
  ])
  const closed = plan('vacuum', { bloats }, { vacuumFull: true, inWindow: false })
  expect(closed).toMatchObject({
    wanted: [],
    leftAlone: [{ reason: expect.stringContaining('waits for the maintenance window') }],
  })
  const dead = [table('t', 60_000, 40_000)]
  const open = plan('vacuum', { tables: dead, bloats }, { vacuumFull: true })
  expect(open.wanted.map((w) => w.action)).toEqual(['vacuum-full'])
})

test('counters that can not be read plan nothing and say so', () => {
  const { wanted, leftAlone } = planTask(
    'vacuum',
    { tables: undefined, invalidIndexes: undefined },
    context(),
    { settings: settings(), thresholds: {}, inWindow: true },
  )
  expect(wanted).toEqual([])
  expect(leftAlone).toHaveLength(1)
})

test('tables that others manage are left alone, and what they call for is told', () => {
  const stale = { changed_since_analyze: 90_000 }
  const facts = {
    tables: [
      table('users', 80_000, 20_000, { schema: 'auth', ...stale }),
      table('users', 80_000, 20_000, stale),
      table('calm', 0, 20_000, { schema: 'auth' }),
    ],
    invalidIndexes: ['auth', 'public'].map((schema) =>
      row(invalidIndexes, { schema, table: 'users', index: 'broken' }),
    ),
    bloats: {
      rows: ['auth', 'public'].flatMap((schema) => [
        { ...bloat('users', 0.9), schema },
        { ...bloat('users', 0.9, 'key'), schema },
      ]),
      unknown: [],
    },
    managed: ['users', 'calm'].map((name) => ({ schema: 'auth', table: name })),
  }
  for (const [task, subjects, left] of [
    ['vacuum', ['public.users'], ['auth.users']],
    ['analyze', ['public.users'], ['auth.users']],
    ['reindex', ['public.broken', 'public.key'], ['auth.broken', 'auth.key']],
  ] as const) {
    const { wanted, leftAlone } = plan(task, facts, { vacuumFull: true })
    expect(wanted.map((w) => w.subject)).toEqual(subjects)
    expect(leftAlone.map((l) => l.subject)).toEqual(left)
    for (const { reason } of leftAlone)
      expect(reason).toMatch(/ It belongs to the platform or to an extension\.$/)
  }
})
