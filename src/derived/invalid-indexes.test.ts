import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import tableNames from '../probes/table-names.ts'
import invalidIndexes from './invalid-indexes.ts'

const names = [row(tableNames, { oid: 1, schema: 's', name: 't', kind: 'r' })]
const judged = (values: Parameters<typeof row<typeof indexDefinitions>>[1]) =>
  derive(invalidIndexes, {
    definitions: [row(indexDefinitions, { oid: 2, name: 'i', table_oid: 1, being_built: false, ...values })],
    names,
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

test('one that stands for a constraint is said to stay; the index of a parent is not left over', () => {
  expect(judged({ valid: false, constraint: true })).toMatchObject([
    { kept_because: expect.stringContaining('constraint i') },
  ])
  expect(judged({ valid: false, partitioned: true })).toEqual([])
})

test('the old one of a rebuild stays until the new one has its name and is valid', () => {
  const both = (valid: boolean) =>
    derive(invalidIndexes, {
      definitions: [
        row(indexDefinitions, { oid: 2, name: 'i_ccold', table_oid: 1, valid: false, being_built: false }),
        row(indexDefinitions, { oid: 3, name: 'i', table_oid: 1, valid, being_built: false }),
      ],
      names,
      indexes: undefined,
    })[0]
  expect(both(true)).toMatchObject({ leftover_of: 'i', kept_because: null })
  expect(both(false)).toMatchObject({ kept_because: expect.stringContaining('is not valid') })
})
