import { expect, test } from 'vitest'
import { row } from '../../test/facts.ts'
import foreignKeys from '../probes/foreign-keys.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import { serves, supporters, unserved } from './_foreign-keys.ts'

const index = (values: Parameters<typeof row<typeof indexDefinitions>>[1] = {}) =>
  row(indexDefinitions, {
    ...{ oid: 9, table_oid: 1, method: 'btree', keys: '2 3 4', key_columns: 3, valid: true, ready: true },
    ...values,
  })
const key = (values: Parameters<typeof row<typeof foreignKeys>>[1] = {}) =>
  row(foreignKeys, { oid: 5, name: 'k', table_oid: 1, columns: [3, 2], ...values })
const notNull = (column: number) =>
  `{NULLTEST :arg {VAR :varno 1 :varattno ${column} :vartype 23 :location -1} :nulltesttype 1 :argisrow false :location -1}`

test.each([
  [{}, true],
  [{ keys: '2 3', key_columns: 2 }, true],
  [{ keys: '4 2 3' }, false],
  [{ keys: '2 4 3' }, false],
  // Included columns are no keys.
  [{ keys: '2 3', key_columns: 1 }, false],
  [{ keys: '2', key_columns: 1 }, false],
  [{ keys: '0 2 3' }, false],
  [{ valid: false }, false],
  [{ ready: false }, false],
  [{ method: 'gist' }, false],
  [{ method: 'hash' }, false],
  [{ predicate: '{OPEXPR :opno 521}' }, false],
  [{ predicate: notNull(2) }, true],
  [{ predicate: notNull(7) }, false],
])('%j serves (3, 2): %s', (values, is) => expect(serves(index(values), key())).toBe(is))

test('a hash index serves a key of one column', () =>
  expect(serves(index({ method: 'hash', keys: '2', key_columns: 1 }), key({ columns: [2] }))).toBe(true))

test('of several that serve a key the most scanned stays, else the oldest', () => {
  const both = [index({ oid: 9 }), index({ oid: 8, keys: '3 2 7' })]
  const stay = (scansOf: (oid: number) => number) =>
    [9, 8].filter((oid) => supporters([key()], both)(oid, scansOf))
  expect(stay(() => 0)).toEqual([8])
  expect(stay((oid) => (oid === 9 ? 3 : 0))).toEqual([9])
})

test('a partitioned table is served as a whole or part by part, by each part’s own columns', () => {
  const keys = [key(), key({ oid: 6, table_oid: 2, columns: [1, 2], parent: 5 })]
  expect(unserved(keys, [])).toMatchObject([{ oid: 5 }])
  expect(unserved(keys, [index()])).toEqual([])
  expect(unserved(keys, [index({ table_oid: 2, keys: '1 2', key_columns: 2 })])).toEqual([])
  // A part of the same table is there for a partition of the table referred to.
  expect(unserved([key(), key({ oid: 6, parent: 5 })], [])).toMatchObject([{ oid: 5 }])
})
