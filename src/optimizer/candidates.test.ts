import { beforeAll, describe, expect, test } from 'vitest'
import { tableFacts } from '../../test/table-facts.ts'
import { buildModel } from './build-model.ts'
import { candidatesFor } from './candidates.ts'
import { describeIndex } from './index-recipe.ts'
import { loadParser, parseStatement } from './parse.ts'
import type { ColumnFacts, IndexFacts, TableFacts } from './schema.ts'

beforeAll(() => loadParser())

/** A table with statistics for some of its columns. */
const withStats = (table: TableFacts, stats: Readonly<Record<string, Partial<ColumnFacts>>>): TableFacts => ({
  ...table,
  columns: table.columns.map((c) => ({ ...c, ...stats[c.name] })),
})

const orders = withStats(
  tableFacts('orders', [
    'id bigint not null pk',
    'customer_id bigint not null',
    'status text not null',
    'created_at timestamp with time zone not null',
    'deleted_at timestamp with time zone',
    'paid boolean not null',
    'note text',
    'data jsonb',
    'tags text[]',
    'blob json',
  ]),
  {
    customer_id: { nDistinct: -0.1, avgWidth: 8 },
    status: {
      nDistinct: 3,
      avgWidth: 8,
      mostCommon: { values: ['done', 'open', 'lost'], frequencies: [0.9, 0.08, 0.02] },
    },
    created_at: { nDistinct: -1, avgWidth: 8, correlation: 0.99 },
    deleted_at: { nullFraction: 0.97, avgWidth: 8 },
    paid: { mostCommon: { values: ['t', 'f'], frequencies: [0.95, 0.05] }, nDistinct: 2, avgWidth: 1 },
    note: { avgWidth: 60 },
  },
)
const customers = tableFacts('customers', [
  'id bigint not null pk',
  'name text not null',
  'email text unique',
])
const small = tableFacts('small', ['id bigint not null pk', 'kind text'], { rows: 500 })
const remote = tableFacts('remote', ['id bigint', 'kind text'], { kind: 'foreign table' })

const found = (
  sql: string,
  more: { trigram?: string; orders?: Partial<TableFacts> } = {},
): readonly string[] => {
  const tables = [{ ...orders, ...more.orders }, customers, small, remote]
  const model = buildModel(parseStatement(sql), { tables })
  return candidatesFor(model, more).map((c) => describeIndex(c.spec))
}
const plain = (list: readonly string[]) => list.filter((i) => !/include|where/.test(i))

describe('keys', () => {
  test.each([
    ['one equality', 'select * from orders where customer_id = $1', ['orders (customer_id)']],
    [
      'what is equal before a range',
      'select * from orders where created_at > $1 and customer_id = $2',
      ['orders (customer_id, created_at)', 'orders (customer_id)', 'orders (created_at)'],
    ],
    [
      'more values first',
      'select * from orders where status = $1 and customer_id = $2',
      ['orders (customer_id, status)'],
    ],
    [
      'order after what is equal, from the end that begins ascending',
      'select * from orders where customer_id = $1 order by created_at desc limit $2',
      ['orders (customer_id, created_at)'],
    ],
    [
      'mixed directions',
      'select * from orders where customer_id = $1 order by status, created_at desc',
      ['orders (customer_id, status, created_at desc)'],
    ],
    ['order alone', 'select * from orders order by created_at limit 10', ['orders (created_at)']],
    [
      'IN does not keep the order, so also without it',
      'select * from orders where customer_id = $1 and status = any ($2) order by created_at limit 5',
      ['orders (customer_id, created_at)', 'orders (customer_id, status)'],
    ],
    [
      'joins from both sides',
      'select o.id from customers c join orders o on o.customer_id = c.id where o.status = $1',
      ['orders (customer_id)', 'orders (customer_id, status)', 'orders (status, customer_id)'],
    ],
    [
      'a semi-join',
      'select * from customers where id in (select customer_id from orders where status = $1)',
      ['orders (customer_id)', 'orders (status, customer_id)'],
    ],
    [
      'a correlated subquery',
      'select (select max(created_at) from orders o where o.customer_id = c.id) from customers c',
      ['orders (customer_id)', 'orders (customer_id, created_at)'],
    ],
    [
      'groups',
      'select status, count(*) from orders where customer_id = $1 group by status',
      ['orders (customer_id, status)', 'orders (status)'],
    ],
    [
      'each arm of an OR',
      'select * from orders where customer_id = $1 or created_at > $2',
      ['orders (customer_id)', 'orders (created_at)'],
    ],
    ['min and max', 'select max(created_at) from orders', ['orders (created_at)']],
    ['an UPDATE', 'update orders set note = $1 where customer_id = $2', ['orders (customer_id)']],
    ['a DELETE', 'delete from orders where created_at < $1', ['orders (created_at)']],
  ])('%s', (_, sql, expected) => expect(plain(found(sql))).toEqual(expect.arrayContaining(expected)))
})

describe('other kinds', () => {
  test.each([
    ['an expression', 'select id from customers where lower(email) = lower($1)', 'customers (lower(email))'],
    ['a cast', 'select id from orders where created_at::date = $1', 'orders (created_at::date)'],
    [
      'a partial index from the text',
      'select * from orders where customer_id = $1 and deleted_at is not null',
      'orders (customer_id) where deleted_at IS NOT NULL',
    ],
    [
      'a boolean',
      'select * from orders where not paid order by created_at',
      'orders (created_at) where NOT paid',
    ],
    [
      'covering columns',
      'select status from orders where customer_id = $1',
      'orders (customer_id) include (status)',
    ],
    ['documents', 'select id from orders where data @> $1', 'orders gin (data)'],
    ['arrays', 'select id from orders where tags && $1', 'orders gin (tags)'],
  ])('%s', (_, sql, expected) => expect(found(sql)).toContain(expected))

  test('trigrams where pg_trgm is, and patterns from the beginning', () => {
    const sql = `select id from orders where note like '%x%'`
    const specs = (trigram?: string) =>
      candidatesFor(buildModel(parseStatement(sql), { tables: [orders] }), trigram ? { trigram } : {}).map(
        (c) => c.spec.keys[0]?.opclass,
      )
    expect(specs('extensions')).toEqual(['extensions.gin_trgm_ops'])
    expect(specs()).toEqual([])
    const [pattern] = candidatesFor(
      buildModel(parseStatement(`select id from orders where note like 'x%'`), { tables: [orders] }),
    )
    expect(pattern?.spec.keys).toEqual([{ column: 'note', opclass: 'text_pattern_ops' }])
  })

  test('BRIN for large tables whose values lie in order', () => {
    const sql = 'select count(*) from orders where created_at > $1'
    expect(found(sql)).not.toContain('orders brin (created_at)')
    expect(found(sql, { orders: { rows: 5e6 } })).toContain('orders brin (created_at)')
  })
})

describe('what is left out', () => {
  test.each([
    ['a small table', 'select * from small where kind = $1'],
    ['a foreign table', 'select * from remote where kind = $1'],
    ['what an index does already', 'select * from customers where email = $1'],
    ['a negated condition', 'select * from orders where customer_id <> $1'],
    ['a comparison within the table', 'select * from orders where customer_id = id + 1'],
    ['json', 'select * from orders where blob is null and blob::text = $1'],
    ['no condition', 'select count(*) from orders'],
  ])('%s', (_, sql) => expect(found(sql).filter((i) => !/::text/.test(i))).toEqual([]))

  test('a predicate that most rows meet, or that a parameter decides', () => {
    const partial = (sql: string) => found(sql).filter((i) => i.includes('where'))
    expect(partial('select * from orders where customer_id = $1 and deleted_at is null')).toEqual([])
    expect(partial('select * from orders where customer_id = $1 and status = $2')).toEqual([])
    expect(partial(`select * from orders where customer_id = $1 and status = 'open'`)).toHaveLength(1)
  })

  test('covering columns where much is not all-visible, or a whole row is read', () => {
    const covering = (sql: string, allVisible = 1) =>
      found(sql, { orders: { allVisible } }).filter((i) => i.includes('include'))
    expect(covering('select status from orders where customer_id = $1', 0.2)).toEqual([])
    expect(covering('select * from orders where customer_id = $1')).toEqual([])
    expect(covering('select status from orders where customer_id = $1 for update')).toEqual([])
    expect(covering('update orders set note = $1 where customer_id = $2')).toEqual([])
  })

  test('an index that is there in another way, or as the beginning of a longer one', () => {
    const index = (keys: IndexFacts['keys'], more: Partial<IndexFacts> = {}): Partial<TableFacts> => ({
      indexes: [{ ...(orders.indexes[0] as IndexFacts), keys, ...more }],
    })
    const key = (column: string) => ({ column, descending: false, nullsFirst: false })
    const sql = 'select * from orders where customer_id = $1'
    expect(found(sql, { orders: index([key('customer_id'), key('status')]) })).toEqual([])
    expect(found(sql, { orders: index([key('status'), key('customer_id')]) })).not.toEqual([])
    expect(found(sql, { orders: index([key('customer_id')], { valid: false }) })).not.toEqual([])
    expect(found(sql, { orders: index([key('customer_id')], { predicate: '(paid)' }) })).not.toEqual([])
    const expression = { expression: 'lower(note)', descending: false, nullsFirst: false }
    expect(found('select id from orders where lower(note) = $1', { orders: index([expression]) })).toEqual([])
  })
})

test('none on a table that the platform manages', () => {
  const sql = 'select c.id from customers c join orders o on o.customer_id = c.id where o.status = $1'
  expect(found(sql).some((i) => i.startsWith('orders '))).toBe(true)
  expect(found(sql, { orders: { managed: true } }).filter((i) => i.startsWith('orders '))).toEqual([])
})
