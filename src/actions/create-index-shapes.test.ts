import { describe, expect, it, onTestFinished } from 'vitest'
import { hostile, quoted } from '../../test/hostile.ts'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'
import type { IndexKey } from '../core/index-key.ts'

const ACTION = 'create-index-concurrently'

async function withTable(major = LATEST): Promise<TestDatabase> {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query(
    `CREATE TABLE orders (id int, name text, status text, at timestamp, data jsonb, ${quoted(hostile('c'))} int)`,
  )
  await db.query(`INSERT INTO orders SELECT i, 'n' || i, 'open', now(), '{}' FROM generate_series(1, 500) i`)
  return db
}

const definitions = async (db: TestDatabase) =>
  (
    await db.query(
      `SELECT pg_get_indexdef(indexrelid) AS d, indisvalid AS valid FROM pg_index WHERE indrelid = 'orders'::regclass`,
    )
  ).map((r) => `${r.valid ? '' : 'INVALID '}${String(r.d).replace(/^.* USING /, '')}`)

interface Shape {
  readonly keys: readonly IndexKey[]
  readonly [name: string]: unknown
}
const inputOf = ({ keys, ...more }: Shape) =>
  ({ table: 'orders', keys: JSON.stringify(keys), name: 'x', ...more }) as Record<string, string | boolean>

describe.each(majors)('PostgreSQL %i', (major) => {
  it('builds what an advisor asks for, exactly as approved, and takes it back', async () => {
    const db = await withTable(major)
    const { operator, act } = await operate(db.url)
    const shapes: readonly [Shape, string][] = [
      [
        {
          keys: [
            { column: 'id', descending: true, nullsFirst: false },
            { column: 'name', nullsFirst: true },
          ],
        },
        'btree (id DESC NULLS LAST, name NULLS FIRST)',
      ],
      [{ keys: [{ column: 'id', descending: true }, { column: 'at' }] }, 'btree (id DESC, at)'],
      [
        { keys: [{ expression: 'lower(name)', opclass: 'text_pattern_ops' }], predicate: "status = 'open'" },
        "btree (lower(name) text_pattern_ops) WHERE (status = 'open'::text)",
      ],
      [
        {
          ...{ keys: [{ column: 'id' }], include: 'name, status', unique: true },
          predicate: "status <> 'it''s; --'",
        },
        "btree (id) INCLUDE (name, status) WHERE (status <> 'it''s; --'::text)",
      ],
      [{ keys: [{ column: 'data', opclass: 'jsonb_path_ops' }], method: 'gin' }, 'gin (data jsonb_path_ops)'],
      [
        { keys: [{ expression: "data ->> 'a'" }, { expression: "date_trunc('day', at)" }] },
        "btree (((data ->> 'a'::text)), date_trunc('day'::text, at))",
      ],
    ]
    for (const [shape, definition] of shapes) {
      const { plan, run } = await act(ACTION, inputOf(shape))
      expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
      expect(await definitions(db)).toEqual([definition])
      expect(run.plan).toEqual(plan)
      await act('undo', { run: run.id })
      expect(await definitions(db)).toEqual([])
    }
    expect(await operator.runs()).toHaveLength(2 * shapes.length)
  })
})

it.each<[string, object, string]>([
  ['no such column', { keys: [{ expression: 'lower(nope)' }] }, 'nope'],
  ['a predicate that is no condition', { keys: [{ column: 'id' }], predicate: 'id + 1' }, 'boolean'],
  ['what changes by itself', { keys: [{ column: 'id' }], predicate: 'at > now()' }, 'not IMMUTABLE'],
  ['what is never the same', { keys: [{ expression: 'id * random()' }] }, 'not IMMUTABLE'],
  ['an aggregate', { keys: [{ expression: 'max(id)' }] }, 'aggregate'],
  ['a function that returns a set', { keys: [{ expression: 'generate_series(1, id)' }] }, 'set-returning'],
  ['a query', { keys: [{ expression: '(SELECT 1)' }] }, 'has a query'],
  ['a second statement', { keys: [{ expression: 'id); DROP TABLE orders; --' }] }, 'match'],
  [
    'a second statement in the predicate',
    { keys: [{ column: 'id' }], predicate: 'true; DROP TABLE orders' },
    '";"',
  ],
  ['a name in public without its schema', { keys: [{ expression: 'mine(id)' }] }, 'mine'],
  [
    'an operator class that there is not',
    { keys: [{ column: 'id', opclass: 'x) --' }] },
    'no operator class',
  ],
  ['one of another method', { keys: [{ column: 'data', opclass: 'jsonb_path_ops' }] }, 'no operator class'],
  [
    'an order that the method keeps not',
    { keys: [{ column: 'id', descending: true }], method: 'hash' },
    'no order',
  ],
  ['both column and expression', { keys: [{ column: 'id', expression: 'id' }] }, 'one of the two'],
  ['neither', { keys: [{ descending: true }] }, 'one of the two'],
  ['no key', { keys: [] }, 'no list'],
  ['an unknown word', { keys: [{ column: 'id', collate: 'x' }] }, 'not "collate"'],
  ['another type', { keys: [{ column: 'id', descending: 'yes' }] }, 'must be a boolean'],
  ['columns besides keys', { keys: [{ column: 'id' }], columns: 'id' }, 'columns or keys'],
])('refuses %s', async (_, shape, reason) => {
  const db = await withTable()
  await db.query(`CREATE FUNCTION public.mine(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'`)
  const { operator } = await operate(db.url)
  const plan = operator.plan('db', ACTION, inputOf(shape as Shape))
  await expect(plan).rejects.toMatchObject({ code: 'cannot-plan' })
  await expect(plan).rejects.toThrow(reason)
  expect(await definitions(db)).toEqual([])
})

it('runs nothing of what it checks, and takes a function of its own by its schema', async () => {
  const db = await withTable()
  // Immutable by its word only: whoever calls it leaves a trace even where the transaction is rolled back.
  await db.query('CREATE SEQUENCE trace')
  await db.query(
    `CREATE FUNCTION public.mine(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''public.trace''); RETURN $1; END'`,
  )
  const called = async () => (await db.query('SELECT is_called FROM trace'))[0]?.is_called
  const { operator, act } = await operate(db.url)
  const input = inputOf({ keys: [{ expression: 'public.mine(7) + id' }], predicate: 'public.mine(8) > 0' })
  await operator.plan('db', ACTION, input)
  expect(await called()).toBe(false)
  const { run } = await act(ACTION, input)
  expect(run.status).toBe('done')
  expect(await called()).toBe(true)
})

it('means by a name what it meant when it was checked, whatever the role has on its path', async () => {
  const db = await withTable()
  await db.query(
    `CREATE FUNCTION public.lower(varchar) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'evil'$$`,
  )
  await db.query('ALTER TABLE orders ALTER name TYPE varchar')
  const { act } = await operate(db.url)
  await act(ACTION, inputOf({ keys: [{ expression: 'lower(name)' }] }))
  expect(await definitions(db)).toEqual(['btree (lower((name)::text))'])
})
