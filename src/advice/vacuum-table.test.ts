import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import tables from '../derived/tables.ts'
import xminHorizon from '../derived/xmin-horizon.ts'
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
const nothing = { horizon: [] }

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
  [
    { kind: 'session', holder: 'the session x', seconds: 301, age: 5, here: true },
    'the session x, for 5 min',
  ],
  [{ kind: 'session', holder: 'the session x', seconds: 300, age: 5, here: true }, undefined],
  [{ kind: 'session', holder: 'the session x', seconds: 999, age: 0, here: true }, undefined],
  [{ kind: 'session', holder: 'the session x', seconds: 999, age: 5, here: false }, undefined],
  [
    { kind: 'slot', holder: 'the slot cdc', age: 10_001, here: true },
    'the slot cdc, 10,001 transactions back',
  ],
  [{ kind: 'slot', holder: 'the slot cdc', age: 10_000, here: true }, undefined],
])('who holds dead rows back is named (case %#)', (held, holder) => {
  const [found] = recommend(advice, { tables: [table()], horizon: [row(xminHorizon, held)] })
  expect(found?.confidence).toBe(holder ? 'low' : 'high')
  if (holder) expect(found?.because).toContain(holder)
})

test('when nobody may look who holds them back, that is said', () =>
  expect(recommend(advice, { tables: [table()], horizon: undefined })[0]).toMatchObject({
    confidence: 'medium',
    because: expect.stringContaining('could not be read'),
  }))

test('a standby has no VACUUM', () =>
  expect(recommend(advice, { tables: [table()], ...nothing }, { server: { role: 'standby' } })).toEqual([]))
