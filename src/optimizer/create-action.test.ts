import { expect, onTestFinished, test } from 'vitest'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST } from '../../test/servers.ts'
import { indexSpec, tableFacts } from '../../test/table-facts.ts'
import { createAction } from './create-action.ts'
import { indexDdl } from './index-ddl.ts'

const SPECS = [
  indexSpec('orders', ['customer', 'Odd, "name"']),
  indexSpec('orders', ['customer'], { include: ['at', 'Odd, "name"'] }),
  indexSpec('orders', [], { keys: [{ column: 'customer' }, { column: 'at', descending: true }] }),
  indexSpec('orders', [], { keys: [{ column: 'at', descending: true, nullsFirst: false }] }),
  indexSpec('orders', [], { keys: [{ column: 'note', opclass: 'text_pattern_ops' }] }),
  indexSpec('orders', [], { keys: [{ expression: 'lower(note)' }, { column: 'at' }] }),
  indexSpec('orders', ['at'], { predicate: '"at" IS NOT NULL' }),
  indexSpec('orders', [], { method: 'gin', keys: [{ column: 'data', opclass: 'jsonb_path_ops' }] }),
  indexSpec('orders', ['at'], { method: 'brin' }),
]
const orders = tableFacts('orders', ['id bigint'])

test('the action makes the same index as the advised statement', async () => {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  await db.query(
    `create table orders (customer int, at timestamptz, note text, data jsonb, "Odd, ""name""" int)`,
  )
  const { act } = await operate(db.url)
  const made = async (): Promise<unknown> => {
    const [row] = await db.query(`select indexdef as ddl from pg_indexes where indexname = $1`, ['one'])
    await db.query('drop index one')
    return row?.ddl
  }
  for (const spec of SPECS) {
    const action = createAction(spec, 'one', orders)
    await act(action?.name ?? '', action?.input ?? {})
    const byAction = await made()
    await db.query(indexDdl(spec, { name: 'one', concurrently: true }))
    expect(byAction).toBe(await made())
  }
})

test('a partitioned table has none', () => {
  expect(
    createAction(indexSpec('orders', ['a']), 'x', { ...orders, kind: 'partitioned table' }),
  ).toBeUndefined()
})
