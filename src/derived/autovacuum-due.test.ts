import { expect, test } from 'vitest'
import { context, derive, row } from '../../test/facts.ts'
import relations from '../probes/relations.ts'
import storageParameters from '../probes/storage-parameters.ts'
import tableNames from '../probes/table-names.ts'
import { autovacuumThresholds } from './_autovacuum.ts'
import autovacuumDue from './autovacuum-due.ts'

const settings = (more: Record<string, string> = {}) => ({ ...context().server.settings, ...more })
const thresholds = (tuples: number, set: Record<string, string> = {}, more: Record<string, string> = {}) =>
  autovacuumThresholds(tuples, new Map(Object.entries(set)), {
    ...context().server,
    settings: settings(more),
  })

test('threshold plus scale factor, the table’s own before the server’s', () => {
  expect(thresholds(1000)).toEqual({ vacuum: 250, insert: 1200, analyze: 150 })
  expect(thresholds(-1)).toEqual({ vacuum: 50, insert: 1000, analyze: 50 })
  expect(thresholds(1000, { autovacuum_vacuum_scale_factor: '0.01' }).vacuum).toBe(60)
  expect(thresholds(1000, {}, { autovacuum_vacuum_scale_factor: '0.5' }).vacuum).toBe(550)
  expect(thresholds(1000, { autovacuum_vacuum_insert_threshold: '-1' }).insert).toBeNull()
})

test('from PostgreSQL 18 on it is never more than the maximum; below zero there is none', () => {
  const most = { autovacuum_vacuum_max_threshold: '100000000' }
  expect(thresholds(1e9, {}, most).vacuum).toBe(1e8)
  expect(thresholds(1e9).vacuum).toBeCloseTo(2e8 + 50)
  expect(thresholds(1e9, { autovacuum_vacuum_max_threshold: '-1' }, most).vacuum).toBeCloseTo(2e8 + 50)
})

const due = (
  of: Parameters<typeof row<typeof relations>>[1],
  parameters: Record<number, string[]> = {},
  more: Record<string, string> = {},
) =>
  derive(
    autovacuumDue,
    {
      relations: [
        row(relations, { oid: 1, tuples: 1000, ...of }),
        row(relations, { oid: 2, tuples: 1000, dead: 500 }),
      ],
      names: [row(tableNames, { oid: 1, schema: 's', name: 't', kind: 'r', toast_oid: 2 })],
      parameters: Object.entries(parameters).map(([oid, options]) =>
        row(storageParameters, { oid: Number(oid), options }),
      ),
    },
    { server: { settings: settings(more) } },
  )

test('the furthest of dead, inserted and changed rows counts; TOAST is told by itself', () => {
  expect(due({ dead: 250, inserted_since_vacuum: 2400, changed_since_analyze: 15 })).toMatchObject([
    { part: 'TOAST', due: 2, because: 'dead rows', changed: null },
    { part: 'table', due: 2, because: 'inserted rows' },
  ])
  expect(due({ changed_since_analyze: 300 })[1]).toMatchObject({ due: 2, because: 'changed rows' })
  // Nothing has changed: left out.
  expect(due({})).toMatchObject([{ part: 'TOAST' }])
})

test('a TOAST table without parameters of its own follows its table’s', () => {
  const table = ['autovacuum_enabled=off']
  expect(due({ dead: 500 }, { 1: table }).map((t) => t.enabled)).toEqual([false, false])
  expect(due({ dead: 500 }, { 1: table, 2: ['autovacuum_vacuum_threshold=450'] })).toMatchObject([
    { part: 'TOAST', enabled: true, vacuum_threshold: 650 },
    { part: 'table', enabled: false, due: 0 },
  ])
})

test('switched off for the server it is due nowhere', () =>
  expect(due({ dead: 500 }, {}, { autovacuum: 'off' }).map((t) => t.due)).toEqual([0, 0]))
