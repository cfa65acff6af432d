import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import partitions from '../probes/partitions.ts'
import relations from '../probes/relations.ts'
import tableNames from '../probes/table-names.ts'
import tables from './tables.ts'

const names = [
  row(tableNames, { oid: 1, schema: 'b', name: 't', kind: 'r', toast_oid: 9 }),
  row(tableNames, { oid: 2, schema: 'a', name: 'm', kind: 'm' }),
  row(tableNames, { oid: 3, schema: 'a', name: 'p', kind: 'p' }),
]
const of = (values: Parameters<typeof row<typeof relations>>[1]) =>
  derive(tables, {
    relations: [row(relations, { oid: 1, ...values })],
    names,
    parameters: [],
    partitions: undefined,
  })[0]

test('tables and materialised views by name; parents and TOAST hold no rows of their own', () => {
  const rows = derive(tables, {
    relations: [1, 2, 3, 9].map((oid) => row(relations, { oid })),
    names,
    parameters: [],
    partitions: undefined,
  })
  expect(rows.map((t) => `${t.schema}.${t.table}`)).toEqual(['a.m', 'b.t'])
})

test.each([
  [0, 0, 0],
  [75, 25, 0.25],
  [0, 10, 1],
])('%i live and %i dead rows: a share of %d', (live, dead, dead_ratio) =>
  expect(of({ live, dead })).toMatchObject({ dead_ratio }),
)

test('tells when it was last vacuumed and analysed, if ever', () => {
  expect(of({ last_vacuum: 9, last_analyze: 7 })).toMatchObject({ last_vacuum: 9, last_analyze: 7 })
  expect(of({})).toMatchObject({ last_vacuum: null, last_analyze: null })
})

test('never analysed is no estimate, empty is one', () => {
  expect(of({ tuples: -1 })).toMatchObject({ estimate: false })
  expect(of({ tuples: 0 })).toMatchObject({ estimate: true })
})

test('the size is that of the table and its TOAST', () => {
  const [t] = derive(tables, {
    relations: [row(relations, { oid: 1, pages: 2 }), row(relations, { oid: 9, pages: 3 })],
    names,
    parameters: [],
    partitions: undefined,
  })
  expect(t).toMatchObject({ pages: 2, size: 5 * 8192 })
})

test('a partition of a partition names the table at the top', () => {
  const rows = derive(tables, {
    relations: [1, 2].map((oid) => row(relations, { oid })),
    names,
    parameters: [],
    partitions: [row(partitions, { oid: 1, parent: 7 }), row(partitions, { oid: 7, parent: 3 })],
  })
  expect(rows.map((t) => [t.oid, t.root])).toEqual([
    [2, null],
    [1, 3],
  ])
})
