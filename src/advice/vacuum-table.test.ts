import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import tables from '../derived/tables.ts'
import activity from '../probes/activity.ts'
import replicationSlots from '../probes/replication-slots.ts'
import advice from './vacuum-table.ts'

const table = (values: Parameters<typeof row<typeof tables>>[1] = {}) =>
  row(tables, {
    schema: 's',
    table: 't',
    dead: 10_000,
    live: 10_000,
    dead_ratio: 0.5,
    autovacuum_enabled: true,
    size: 1024 ** 2,
    ...values,
  })
const nothing = { activity: undefined, slots: undefined, replication: undefined }

test.each([
  [{}, 1],
  [{ dead: 9_999 }, 0],
  [{ dead_ratio: 0.2 }, 0],
])('%j: %i', (values, count) =>
  expect(recommend(advice, { tables: [table(values)], ...nothing })).toHaveLength(count),
)

test('autovacuum is switched on again where it was off, which can be undone', () => {
  expect(recommend(advice, { tables: [table()], ...nothing })).toMatchObject([
    { confidence: 'high', sql: ['VACUUM (ANALYZE) s.t;'] },
  ])
  expect(recommend(advice, { tables: [table({ autovacuum_enabled: false })], ...nothing })).toMatchObject([
    {
      sql: ['VACUUM (ANALYZE) s.t;', 'ALTER TABLE s.t RESET (autovacuum_enabled);'],
      undo: ['ALTER TABLE s.t SET (autovacuum_enabled = off);'],
    },
  ])
})

test.each([
  [{ activity: [row(activity, { pid: 7, transaction_age: 301, xmin_age: 5 })] }, 'Session 7, whose'],
  [{ activity: [row(activity, { pid: 7, transaction_age: 300, xmin_age: 5 })] }, undefined],
  [{ slots: [row(replicationSlots, { slot: 'cdc', xmin_age: 10_001 })] }, 'the slot cdc'],
  [{ slots: [row(replicationSlots, { slot: 'cdc', catalog_xmin_age: 10_001 })] }, undefined],
])('who holds dead rows back is named (case %#)', (facts, holder) => {
  const [found] = recommend(advice, { tables: [table()], ...nothing, ...facts })
  expect(found?.confidence).toBe(holder ? 'low' : 'high')
  if (holder) expect(found?.because).toContain(holder)
})

test('a standby has no VACUUM', () =>
  expect(recommend(advice, { tables: [table()], ...nothing }, { server: { role: 'standby' } })).toEqual([]))
