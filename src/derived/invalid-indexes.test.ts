import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import partitions from '../probes/partitions.ts'
import tableNames from '../probes/table-names.ts'
import invalidIndexes from './invalid-indexes.ts'

const names = [row(tableNames, { oid: 1, schema: 's', name: 't', kind: 'r' })]
const judged = (values: Parameters<typeof row<typeof indexDefinitions>>[1]) =>
  derive(invalidIndexes, {
    definitions: [row(indexDefinitions, { oid: 2, name: 'i', table_oid: 1, being_built: false, ...values })],
    names,
    partitions: [],
    indexes: undefined,
  })

test('invalid ones are listed, valid ones and those being built are not', () => {
  expect(judged({ valid: false })).toMatchObject([{ oid: 2, schema: 's', table: 't', index: 'i' }])
  expect(judged({ valid: true })).toEqual([])
  expect(judged({ valid: false, being_built: true })).toEqual([])
})

test('where builds of others are hidden, an invalid one is not known to be left behind', () =>
  expect(() => judged({ valid: false, being_built: null })).toThrow(/hidden/))

test.each([
  ['orders_pkey_ccnew', 'orders_pkey'],
  ['orders_pkey_ccnew2', 'orders_pkey'],
  ['orders_pkey_ccold', 'orders_pkey'],
  ['orders_ccnews', null],
  ['_ccnew', null],
])('%s is left over of %s', (name, leftover_of) =>
  expect(judged({ valid: false, name })).toMatchObject([{ leftover_of }]),
)

test('one that stands for a constraint is said to stay', () => {
  expect(judged({ valid: false, constraint: true })).toMatchObject([
    { kept_because: expect.stringContaining('constraint i') },
  ])
})

test('the old one of a rebuild stays until the new one has its name and is valid', () => {
  const both = (valid: boolean) =>
    derive(invalidIndexes, {
      definitions: [
        row(indexDefinitions, { oid: 2, name: 'i_ccold', table_oid: 1, valid: false, being_built: false }),
        row(indexDefinitions, { oid: 3, name: 'i', table_oid: 1, valid, being_built: false }),
      ],
      names,
      partitions: [],
      indexes: undefined,
    })[0]
  expect(both(true)).toMatchObject({ leftover_of: 'i', kept_because: null })
  expect(both(false)).toMatchObject({ kept_because: expect.stringContaining('is not valid') })
})

test('what is left over of a TOAST table’s index is told with the table, and may go', () => {
  const listed = (...all: string[]) =>
    derive(invalidIndexes, {
      definitions: all.map((name, at) =>
        row(indexDefinitions, { oid: at + 2, name, table_oid: 9, being_built: false }),
      ),
      names: [row(tableNames, { oid: 1, schema: 's', name: 't', kind: 'r', toast_oid: 9 })],
      partitions: [],
      indexes: undefined,
    })
  expect(listed('pg_toast_1_index_ccnew', 'pg_toast_1_index_ccold')).toMatchObject(
    ['new', 'old'].map((end) => ({
      ...{ schema: 'pg_toast', index: `pg_toast_1_index_cc${end}`, toast: true },
      ...{ table_schema: 's', table: 't', leftover_of: 'pg_toast_1_index', kept_because: null },
    })),
  )
  expect(listed('pg_toast_1_index_ccold', 'pg_toast_1_index')[0]?.kept_because).toContain('is not valid')
})

/** Tables 1 (10 and 11 (20) below) and their indexes, which are numbered a hundred higher. */
const parted = (valid: readonly number[], attached: readonly number[] = [110, 111, 120]) =>
  derive(invalidIndexes, {
    definitions: [101, 110, 111, 120].map((oid) =>
      row(indexDefinitions, {
        ...{ oid, name: `i${oid}`, table_oid: oid - 100, being_built: false, valid: valid.includes(oid) },
        ...{ partitioned: oid === 101 || oid === 111, partition: attached.includes(oid) },
      }),
    ),
    names: [1, 10, 11, 20].map((oid) =>
      row(tableNames, { oid, schema: 's', name: `t${oid}`, kind: oid === 1 || oid === 11 ? 'p' : 'r' }),
    ),
    partitions: [
      ...[10, 11, 110, 111].map((oid) => row(partitions, { oid, parent: oid < 100 ? 1 : 101 })),
      ...[row(partitions, { oid: 20, parent: 11 }), row(partitions, { oid: 120, parent: 111 })],
    ].filter(({ oid }) => oid < 100 || attached.includes(oid)),
    indexes: undefined,
  })

test('the index of a partitioned table lacks parts at any level, told once, at the top', () => {
  expect(parted([110, 120], [110, 111])).toMatchObject([
    { index: 'i101', partitioned: true, lacking: ['s.t20'], attach: null, kept_because: expect.anything() },
  ])
  expect(parted([120], [111, 120])).toMatchObject([
    { index: 'i101', lacking: ['s.t10'] },
    { index: 'i110', part_of: null, kept_because: null },
  ])
  expect(parted([101, 110, 111, 120])).toEqual([])
})

test('an attached part can not be dropped, and is attached again when it has been built anew', () => {
  expect(parted([110])).toMatchObject([
    { index: 'i101', lacking: ['s.t20'], attach: null },
    {
      ...{ index: 'i120', part_of: 'i111', attach: 'ALTER INDEX s.i111 ATTACH PARTITION s.i120;' },
      kept_because: 'it is part of the index of a partitioned table',
    },
  ])
  expect(parted([110, 120])).toMatchObject([
    { index: 'i101', lacking: [], attach: 'ALTER INDEX s.i111 ATTACH PARTITION s.i120;' },
  ])
  expect(parted([110, 111, 120])).toMatchObject([
    { index: 'i101', lacking: [], attach: 'ALTER INDEX s.i101 ATTACH PARTITION s.i110;' },
  ])
})

test('a partition that is a foreign table is told as such', () =>
  expect(
    derive(invalidIndexes, {
      definitions: [row(indexDefinitions, { oid: 2, name: 'i', table_oid: 1, partitioned: true })],
      names,
      partitions: [row(partitions, { oid: 9, parent: 1 })],
      indexes: undefined,
    }),
  ).toMatchObject([{ lacking: ['a foreign table'] }]))
