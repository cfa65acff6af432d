import { describe, expect, test } from 'vitest'
import { indexSpec, tableFacts } from '../../test/table-facts.ts'
import type { IndexSpec } from './planner.ts'
import type { ColumnFacts, IndexFacts, TableFacts } from './schema.ts'
import { entryKind, type TableWrites, writeCostOf } from './write-cost.ts'

const stats: Readonly<Record<string, Partial<ColumnFacts>>> = {
  created_at: { correlation: 0.999, nDistinct: -1 },
  status: { nDistinct: 4 },
  customer_id: { nDistinct: -0.1, correlation: 0.02 },
}
const bare = tableFacts('orders', [
  'id bigint not null pk',
  'status text',
  'customer_id bigint',
  'request_id uuid',
  'created_at timestamp with time zone',
  'note text',
  'data jsonb',
])
const orders: TableFacts = { ...bare, columns: bare.columns.map((c) => ({ ...c, ...stats[c.name] })) }
const index = (columns: readonly string[], more: Partial<IndexSpec> = {}) =>
  indexSpec('orders', columns, more)
const writes = (more: Partial<TableWrites> = {}): TableWrites => ({
  ...{ inserts: 100, updates: 0, hotUpdates: 0, deletes: 50, setting: new Map(), counted: true },
  ...more,
})

test.each([
  ['ascending', index(['created_at'])],
  ['few values', index(['status'])],
  ['number', index(['customer_id'])],
  ['uuid', index(['request_id'])],
  ['text', index(['note'])],
  ['composite', index(['customer_id', 'created_at'])],
  ['include', index(['customer_id'], { include: ['status'] })],
  ['brin', index(['created_at'], { method: 'brin' })],
  ['gin', index(['data'], { method: 'gin' })],
  ['trigram', index([], { method: 'gin', keys: [{ column: 'note', opclass: 'public.gin_trgm_ops' }] })],
] as const)('%s', (kind, spec) => expect(entryKind(spec, orders)).toBe(kind))

describe('cost', () => {
  test('inserts write an entry, deletes don’t', () => {
    const cost = writeCostOf(index(['customer_id']), orders, writes())
    expect(cost).toMatchObject({
      entriesPerSecond: 100,
      walPerSecond: 29_200,
      hotUpdatesLost: 0,
      counted: true,
    })
    expect(cost.load).toBeCloseTo(0.0008)
  })

  test('a partial index has entries for its share', () => {
    expect(writeCostOf(index(['customer_id']), orders, writes(), 0.01).entriesPerSecond).toBeCloseTo(1)
  })

  test('updates that are not heap-only write an entry', () => {
    const cost = writeCostOf(
      index(['customer_id']),
      orders,
      writes({ inserts: 0, updates: 80, hotUpdates: 60 }),
    )
    expect(cost.entriesPerSecond).toBe(20)
  })

  test('an index of a column that UPDATEs set makes them write to every index', () => {
    const some = writes({ inserts: 0, updates: 80, hotUpdates: 70, setting: new Map([['status', 50]]) })
    const hit = writeCostOf(index(['customer_id', 'status']), orders, some)
    expect(hit.hotUpdatesLost).toBe(50)
    expect(hit.entriesPerSecond).toBe(60)
    expect(hit.walPerSecond).toBe(60 * 258 + 50 * 300)
    for (const spec of [
      index(['created_at'], { include: ['status'] }),
      index(['created_at'], { predicate: `status = 'open'` }),
      index([], { keys: [{ expression: 'lower(status)' }] }),
    ])
      expect(writeCostOf(spec, orders, some).hotUpdatesLost).toBe(50)
    expect(writeCostOf(index(['customer_id']), orders, some).hotUpdatesLost).toBe(0)
    // The word is in a literal, not a column.
    expect(writeCostOf(index(['note'], { predicate: `note = 'status'` }), orders, some).hotUpdatesLost).toBe(
      0,
    )
  })

  test('nothing is lost where the column is in an index already', () => {
    const [pkey] = orders.indexes as [IndexFacts]
    const there = {
      ...pkey,
      name: 'there',
      keys: [{ column: 'status', descending: false, nullsFirst: false }],
    }
    const some = writes({ updates: 80, hotUpdates: 70, setting: new Map([['status', 50]]) })
    const table = { ...orders, indexes: [...orders.indexes, there] }
    expect(writeCostOf(index(['customer_id', 'status']), table, some).hotUpdatesLost).toBe(0)
  })
})
