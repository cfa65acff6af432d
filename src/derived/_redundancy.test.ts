import { describe, expect, test } from 'vitest'
import { row } from '../../test/facts.ts'
import indexDefinitions from '../probes/index-definitions.ts'
import type { IndexDefinition } from './_index-rows.ts'
import { redundantIndexes } from './_redundancy.ts'

let oid = 0
const parameters = new Map<number, Map<string, string>>()
const index = (keys: string, values: Partial<IndexDefinition> = {}): IndexDefinition => {
  const columns = keys.split(' ').length
  const each = (value: string) => Array(columns).fill(value).join(' ')
  return row(indexDefinitions, {
    oid: ++oid,
    method: 'btree',
    keys,
    key_columns: columns,
    classes: each('1978'),
    collations: each('0'),
    options: each('0'),
    valid: true,
    ready: true,
    ...values,
  })
}
/** The same with parameters, of the index or of an operator class. */
const withParameters = (set: Record<string, string>, made = index('1')) => {
  parameters.set(made.oid, new Map(Object.entries(set)))
  return made
}
/** Positions of the needless indexes and their twins in the list, in whichever order they are given. */
const judged = (...list: IndexDefinition[]) => {
  const both = [list, [...list].reverse()].map((order) =>
    redundantIndexes(order, parameters).map((r) => [list.indexOf(r.index), list.indexOf(r.twin), r.reason]),
  )
  expect(both[1]).toEqual(both[0])
  return both[0]
}

describe('identical', () => {
  test('the younger goes', () => expect(judged(index('1 2'), index('1 2'))).toEqual([[1, 0, 'identical']]))
  test('all but one go', () =>
    expect(judged(index('1'), index('1'), index('1'))).toEqual([
      [1, 0, 'identical'],
      [2, 0, 'identical'],
    ]))
  test.each([
    ['primary', { primary: true, unique: true, constraint: true }],
    ['unique', { unique: true }],
    ['constraint', { unique: true, constraint: true }],
    ['foreign key target', { unique: true, foreign_key_target: true }],
    ['replica identity', { unique: true, replica_identity: true }],
    ['clustered', { clustered: true }],
    ['partition', { partition: true }],
  ])('the %s one stays, though younger', (_, values) =>
    expect(judged(index('1'), index('1', values))).toEqual([[0, 1, 'identical']]),
  )
  test('a unique one may go only beside a unique one', () => {
    const plain = { constraint: false }
    expect(judged(index('1', { unique: true, ...plain }), index('1', { partition: true }))).toEqual([])
    expect(judged(index('1', { unique: true }), index('1', { unique: true }))).toEqual([[1, 0, 'identical']])
  })
  test('two constraints both stay', () =>
    expect(
      judged(index('1', { unique: true, constraint: true }), index('1', { unique: true, constraint: true })),
    ).toEqual([]))
  test('the stricter of two unique ones stays', () => {
    const strict = { unique: true, nulls_not_distinct: true }
    expect(judged(index('1', { unique: true }), index('1', strict))).toEqual([[0, 1, 'identical']])
    expect(judged(index('1', strict), index('1', { unique: true, constraint: true }))).toEqual([])
  })
  test.each(['pages_per_range', '1.siglen', 'length'])('another %s: not identical', (name) => {
    expect(judged(withParameters({ [name]: '8' }), withParameters({ [name]: '16' }))).toEqual([])
    expect(judged(withParameters({ [name]: '8' }), index('1'))).toEqual([])
    expect(judged(withParameters({ [name]: '8' }), withParameters({ [name]: '8' }))).toHaveLength(1)
  })
  test('what only changes how it is written is told, and does not keep it', () => {
    const filled = () => withParameters({ fillfactor: '70', deduplicate_items: 'off' })
    expect(judged(index('1'), filled())).toEqual([[1, 0, 'storage']])
    expect(judged(filled(), filled())).toEqual([[1, 0, 'identical']])
  })
  test('an immediate one stays beside a deferrable constraint, which the planner can not rely on', () => {
    const deferrable = { unique: true, constraint: true, deferrable: true }
    const unique = { unique: true }
    expect(judged(index('1', deferrable), index('1', unique))).toEqual([])
    expect(judged(index('1', deferrable), index('1', unique), index('1', unique), index('1'))).toEqual([
      [2, 1, 'identical'],
      [3, 0, 'identical'],
    ])
    const both = { ...deferrable, nulls_not_distinct: true }
    expect(judged(index('1', both), index('1', unique))).toEqual([])
    expect(judged(index('1', deferrable), index('1', { unique: true, constraint: true }))).toEqual([])
  })
  test.each([
    ['columns', index('1 3')],
    ['order of columns', index('2 1')],
    ['method', index('1 2', { method: 'hash' })],
    ['operator class', index('1 2', { classes: '1978 1994' })],
    ['collation', index('1 2', { collations: '0 100' })],
    ['order', index('1 2', { options: '0 3' })],
    ['expression', index('1 2', { expressions: '{FUNCEXPR}' })],
    ['predicate', index('1 2', { predicate: '{OPEXPR}' })],
    ['included columns', index('1 2', { key_columns: 1, classes: '1978', collations: '0', options: '0' })],
  ])('another %s: not identical', (_, other) => {
    expect(judged(index('1 2'), other)?.filter(([, , reason]) => reason === 'identical')).toEqual([])
  })
  test('identical expressions and predicates are', () => {
    const values = { expressions: '{FUNCEXPR}', predicate: '{OPEXPR}' }
    expect(judged(index('0', values), index('0', values))).toHaveLength(1)
  })
  test.each(['valid', 'ready'] as const)('one that is not %s is not looked at', (what) =>
    expect(judged(index('1'), index('1', { [what]: false }))).toEqual([]),
  )
})

describe('prefix', () => {
  test('the shorter goes, whichever is older', () => {
    expect(judged(index('1'), index('1 2'))).toEqual([[0, 1, 'prefix']])
    expect(judged(index('1 2'), index('1'))).toEqual([[1, 0, 'prefix']])
  })
  test('a chain leaves only the longest, named as the twin of each', () =>
    expect(judged(index('1'), index('1 2'), index('1 2 3'))).toEqual([
      [0, 2, 'prefix'],
      [1, 2, 'prefix'],
    ]))
  test('the twin is never one that goes itself', () =>
    expect(judged(index('1'), index('1 2'), index('1 2'))).toEqual([
      [0, 1, 'prefix'],
      [2, 1, 'identical'],
    ]))
  test('included columns must be in the longer one too', () => {
    const including = (keys: string, key_columns: number) =>
      index(keys, {
        key_columns,
        classes: Array(key_columns).fill('1978').join(' '),
        collations: Array(key_columns).fill('0').join(' '),
        options: Array(key_columns).fill('0').join(' '),
      })
    expect(judged(index('1'), including('1 2', 1))).toEqual([[0, 1, 'prefix']])
    expect(judged(including('1 2', 1), index('1 2'))).toEqual([[0, 1, 'prefix']])
    expect(judged(including('1 3', 1), index('1 2'))).toEqual([])
    expect(judged(including('1 2', 1), including('1 3', 1))).toEqual([])
  })
  test.each([
    ['unique', { unique: true }],
    ['primary', { primary: true, unique: true }],
    ['constraint', { constraint: true, exclusion: true }],
    ['clustered', { clustered: true }],
    ['partition', { partition: true }],
    ['expression', { expressions: '{FUNCEXPR}' }],
    ['partial', { predicate: '{OPEXPR}' }],
    ['hash', { method: 'hash' }],
  ])('a shorter %s one stays', (_, values) => expect(judged(index('1', values), index('1 2'))).toEqual([]))
  test.each([
    ['not first', index('2 1')],
    ['other class', index('1 2', { classes: '1994 1978' })],
    ['other collation', index('1 2', { collations: '100 0' })],
    ['other order', index('1 2', { options: '1 0' })],
    ['gin', index('1 2', { method: 'gin' })],
    ['partial', index('1 2', { predicate: '{OPEXPR}' })],
  ])('a longer one that is %s does not do', (_, long) => expect(judged(index('1'), long)).toEqual([]))
  test('the longer one may be unique or a constraint', () =>
    expect(judged(index('1'), index('1 2', { unique: true, constraint: true }))).toEqual([[0, 1, 'prefix']]))
})
