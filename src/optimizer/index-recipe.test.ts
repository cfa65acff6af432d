import { describe, expect, test } from 'vitest'
import { indexSpec, tableFacts } from '../../test/table-facts.ts'
import { describeIndex, indexRecipe, takenNames } from './index-recipe.ts'
import { comparable, covers, coversSpec, identityOf } from './index-spec.ts'
import { mergeSpecs } from './merge.ts'
import type { IndexSpec } from './planner.ts'
import type { IndexFacts } from './schema.ts'

const index = (columns: readonly string[], more: Partial<IndexSpec> = {}) =>
  indexSpec('orders', columns, more)
const orders = tableFacts('orders', ['id bigint not null pk', 'a bigint', 'b bigint', 'c text'])

describe('statements', () => {
  test('without blocking, with the way back', () => {
    const spec = index([], {
      keys: [
        { column: 'a' },
        { column: 'b', descending: true },
        { column: 'c', opclass: 'text_pattern_ops' },
      ],
      include: ['id'],
      predicate: '"b" IS NOT NULL',
    })
    expect(indexRecipe(spec, [orders], new Set())).toEqual({
      name: 'orders_a_b_c_idx',
      create: [
        'CREATE INDEX CONCURRENTLY orders_a_b_c_idx ON public.orders USING btree (a, b DESC, c text_pattern_ops) INCLUDE (id) WHERE "b" IS NOT NULL;',
      ],
      undo: ['DROP INDEX CONCURRENTLY public.orders_a_b_c_idx;'],
    })
    expect(describeIndex(spec)).toBe('orders (a, b desc, c) include (id) where "b" IS NOT NULL')
  })

  test('an expression needs ANALYZE', () => {
    const { name, create } = indexRecipe(
      index([], { keys: [{ expression: 'lower(c)' }] }),
      [orders],
      new Set(),
    )
    expect(name).toBe('orders_lower_c_idx')
    expect(create).toEqual([
      'CREATE INDEX CONCURRENTLY orders_lower_c_idx ON public.orders USING btree ((lower(c)));',
      'ANALYZE public.orders;',
    ])
  })

  test('names that are taken are numbered, long ones cut', () => {
    const taken = takenNames([orders])
    const names = [1, 2, 3].map(() => indexRecipe(index(['a']), [orders], taken).name)
    expect(names).toEqual(['orders_a_idx', 'orders_a_idx1', 'orders_a_idx2'])
    const long = indexRecipe(index(['ä'.repeat(40)]), [orders], taken).name
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(63)
    expect(long).toMatch(/ä_idx$/)
  })

  test('a partitioned table: alone, then each partition, attached', () => {
    const parent = tableFacts('logs', ['at date'], { kind: 'partitioned table' })
    const years = [1, 2].map((n) =>
      tableFacts(`logs_${n}`, ['at date'], {
        partitionOf: parent.oid,
        ...(n === 2 ? { kind: 'partitioned table' } : {}),
      }),
    )
    const half = tableFacts('logs_2_1', ['at date'], { partitionOf: years[1]?.oid ?? 0 })
    const spec = index(['at'], { table: 'logs' })
    const { create, undo } = indexRecipe(spec, [parent, ...years, half], new Set())
    expect(create).toEqual([
      'CREATE INDEX logs_at_idx ON ONLY public.logs USING btree (at);',
      'CREATE INDEX CONCURRENTLY logs_1_at_idx ON public.logs_1 USING btree (at);',
      'ALTER INDEX public.logs_at_idx ATTACH PARTITION public.logs_1_at_idx;',
      'CREATE INDEX logs_2_at_idx ON ONLY public.logs_2 USING btree (at);',
      'CREATE INDEX CONCURRENTLY logs_2_1_at_idx ON public.logs_2_1 USING btree (at);',
      'ALTER INDEX public.logs_2_at_idx ATTACH PARTITION public.logs_2_1_at_idx;',
      'ALTER INDEX public.logs_at_idx ATTACH PARTITION public.logs_2_at_idx;',
    ])
    expect(undo).toEqual(['DROP INDEX public.logs_at_idx;'])
  })
})

test('what PostgreSQL writes of an expression compares equal to what was written', () => {
  expect(comparable('(resolved_at IS NULL)')).toBe(comparable('"resolved_at" is null'))
  expect(comparable("lower((email)::text) = 'A b'::text")).toBe(comparable("lower(email) = 'A b'"))
  expect(comparable("status = 'A'")).not.toBe(comparable("status = 'a'"))
})

test('identity: the same index has the same, another another', () => {
  expect(identityOf(index(['a'], { include: ['b', 'c'] }))).toBe(
    identityOf(index(['a'], { include: ['c', 'b'] })),
  )
  const others = [
    index(['a']),
    index(['a', 'b']),
    index(['a'], { method: 'hash' }),
    index(['a'], { predicate: 'b > 1' }),
    index(['a'], { include: ['b'] }),
    index([], { keys: [{ column: 'a', descending: true }] }),
    index([], { keys: [{ column: 'a', descending: true, nullsFirst: false }] }),
    index([], { keys: [{ expression: 'a' }] }),
  ]
  expect(new Set(others.map(identityOf)).size).toBe(others.length)
})

describe('one for the other', () => {
  test.each([
    [true, index(['a', 'b']), index(['a'])],
    [true, index(['a', 'b']), index(['a'], { include: ['b'] })],
    [true, index(['a'], { include: ['b', 'c'] }), index(['a'], { include: ['c'] })],
    [false, index(['a']), index(['a', 'b'])],
    [false, index(['b', 'a']), index(['a'])],
    [false, index(['a', 'b'], { predicate: 'c > 1' }), index(['a'])],
    [false, index(['a', 'b'], { method: 'gin' }), index(['a'], { method: 'gin' })],
  ])('%s', (expected, larger, smaller) => expect(coversSpec(larger, smaller)).toBe(expected))

  test('an existing one, valid and with the same predicate', () => {
    const [pkey] = orders.indexes as [IndexFacts]
    expect(covers(pkey, index(['id']))).toBe(true)
    expect(covers({ ...pkey, valid: false }, index(['id']))).toBe(false)
    expect(covers({ ...pkey, predicate: '(a > 1)' }, index(['id'], { predicate: 'a > 1' }))).toBe(true)
  })
})

test('two are merged where they begin alike', () => {
  expect(mergeSpecs(index(['a', 'b']), index(['a', 'c']))).toEqual(index(['a', 'b'], { include: ['c'] }))
  expect(mergeSpecs(index(['a', 'b']), index(['a']))).toEqual(index(['a', 'b']))
  expect(mergeSpecs(index(['a']), index(['b']))).toBeUndefined()
  expect(mergeSpecs(index(['a']), index(['a'], { table: 'other' }))).toBeUndefined()
  expect(mergeSpecs(index(['a']), index(['a', 'b'], { predicate: 'b > 1' }))).toBeUndefined()
})
