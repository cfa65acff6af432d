import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import relationNames from '../probes/relation-names.ts'
import invalidIndexes from './invalid-indexes.ts'

const judged = (values: Parameters<typeof row<typeof indexDefinitions>>[1], name = 'i', kind = 'i') =>
  derive(invalidIndexes, {
    definitions: [row(indexDefinitions, { oid: 2, table_oid: 1, ...values })],
    names: [
      row(relationNames, { oid: 1, schema: 's', name: 't', kind: 'r' }),
      row(relationNames, { oid: 2, schema: 's', name, kind }),
    ],
    indexes: undefined,
  })

test('invalid ones are listed, valid ones and those being built are not', () => {
  expect(judged({ valid: false })).toMatchObject([{ oid: 2, schema: 's', table: 't', index: 'i' }])
  expect(judged({ valid: true })).toEqual([])
  expect(judged({ valid: false, being_built: true })).toEqual([])
})

test.each([
  ['orders_pkey_ccnew', 'orders_pkey'],
  ['orders_pkey_ccnew2', 'orders_pkey'],
  ['orders_pkey_ccold', 'orders_pkey'],
  ['orders_ccnews', null],
  ['_ccnew', null],
])('%s is left over of %s', (name, leftover_of) =>
  expect(judged({ valid: false }, name)).toMatchObject([{ leftover_of }]),
)

test('one that stands for a constraint is said to stay; the index of a parent is not left over', () => {
  expect(judged({ valid: false, constraint: 'c' })).toMatchObject([
    { kept_because: expect.stringContaining('constraint c') },
  ])
  expect(judged({ valid: false }, 'i', 'I')).toEqual([])
})

test('the old one of a rebuild stays until the new one has its name and is valid', () => {
  const both = (valid: boolean) =>
    derive(invalidIndexes, {
      definitions: [
        row(indexDefinitions, { oid: 2, table_oid: 1, valid: false }),
        row(indexDefinitions, { oid: 3, table_oid: 1, valid }),
      ],
      names: [
        row(relationNames, { oid: 1, schema: 's', name: 't', kind: 'r' }),
        row(relationNames, { oid: 2, schema: 's', name: 'i_ccold', kind: 'i' }),
        row(relationNames, { oid: 3, schema: 's', name: 'i', kind: 'i' }),
      ],
      indexes: undefined,
    })[0]
  expect(both(true)).toMatchObject({ leftover_of: 'i', kept_because: null })
  expect(both(false)).toMatchObject({ kept_because: expect.stringContaining('is not valid') })
})
