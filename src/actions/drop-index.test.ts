import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hostile, quoted } from '../../test/hostile.ts'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'

const [schema, table, index] = [hostile('s'), hostile('t'), hostile('i')]
const input = { schema, index }

async function withIndex(major = LATEST): Promise<TestDatabase> {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query(`CREATE SCHEMA ${quoted(schema)}`)
  await db.query(`CREATE TABLE ${quoted(schema)}.${quoted(table)} (id int PRIMARY KEY, "a""b" text)`)
  await db.query(
    `CREATE INDEX ${quoted(index)} ON ${quoted(schema)}.${quoted(table)} ("a""b" DESC, lower("a""b")) WITH (fillfactor = 70) WHERE id > 5`,
  )
  await db.query(`COMMENT ON INDEX ${quoted(schema)}.${quoted(index)} IS 'it''s "hers"'`)
  await db.query(`ALTER INDEX ${quoted(schema)}.${quoted(index)} ALTER COLUMN 2 SET STATISTICS 321`)
  return db
}

const catalogs = (db: TestDatabase) =>
  db.query(
    `SELECT c.relname, pg_get_indexdef(c.oid) AS definition, i.indisvalid, i.indisclustered, obj_description(c.oid, 'pg_class') AS comment,
      ARRAY(SELECT attstattarget::int FROM pg_attribute a WHERE a.attrelid = c.oid ORDER BY attnum) AS targets
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.oid >= 16384 AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)
    ORDER BY 1`,
    [schema],
  )

describe.each(majors)('drop-index on PostgreSQL %i', (major) => {
  it('drops the index, and its undo makes the very same again', async () => {
    const db = await withIndex(major)
    const before = await catalogs(db)
    const { act } = await operate(db.url)
    const { plan, run } = await act('drop-index', input)
    expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
    expect((await catalogs(db)).map((i) => i.relname)).toEqual([`${table}_pkey`.slice(0, 63)])
    for (const sql of plan.steps[0]?.undo ?? []) await db.query(sql)
    expect(await catalogs(db)).toEqual(before)
  })
})

describe('an index that something relies on can not be planned', () => {
  it.each([
    ['a primary key', 'ALTER TABLE t ADD PRIMARY KEY (id)', 't_pkey', 'constraint t_pkey'],
    ['a unique constraint', 'ALTER TABLE t ADD CONSTRAINT u UNIQUE (id)', 'u', 'constraint u'],
    [
      'a foreign key to a unique index',
      'CREATE UNIQUE INDEX ui ON t (id); CREATE TABLE r (id int REFERENCES t (id))',
      'ui',
      'foreign key r_id_fkey',
    ],
    [
      'the replica identity',
      'ALTER TABLE t ALTER id SET NOT NULL; CREATE UNIQUE INDEX ri ON t (id); ALTER TABLE t REPLICA IDENTITY USING INDEX ri',
      'ri',
      'replica identity',
    ],
    [
      'a partitioned index',
      'CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); CREATE INDEX pi ON p (id)',
      'p1_id_idx',
      'partitioned index pi',
    ],
  ])('%s', async (_, sql, name, reason) => {
    const db = await freshDatabase(LATEST)
    onTestFinished(() => db.drop())
    await db.query('CREATE TABLE t (id int)')
    await db.query(sql)
    const { operator } = await operate(db.url)
    await expect(operator.plan('db', 'drop-index', { index: name })).rejects.toThrow(reason)
  })
})

it('names the old transaction that it would wait for', async () => {
  const db = await withIndex()
  const { operator } = await operate(db.url)
  const plan = await operator.plan('db', 'drop-index', input)
  expect(plan.preconditions.every((p) => p.holds)).toBe(true)
})

it('gives up when cancelled, and leaves no half-dropped index', async () => {
  const db = await withIndex()
  const reader = await db.client()
  await reader.query('BEGIN')
  await reader.query(`SELECT count(*) FROM ${quoted(schema)}.${quoted(table)}`)
  const { operator } = await operate(db.url)
  const { hash } = await operator.plan('db', 'drop-index', input)
  const approval = { hash, actor: { kind: 'person', name: 'me' } } as const
  const { id } = await operator.start('db', 'drop-index', input, approval)
  const waits = `SELECT FROM pg_stat_activity WHERE application_name = 'pgtend action' AND wait_event_type = 'Lock' AND datname = current_database()`
  await expect.poll(() => db.query(waits), { timeout: 10_000 }).toHaveLength(1)
  // Nothing else works on the table meanwhile.
  const vacuum = await operator.plan('db', 'vacuum', { schema, table })
  await expect(
    operator.run('db', 'vacuum', vacuum.input, { ...approval, hash: vacuum.hash }),
  ).rejects.toMatchObject({ code: 'already-running' })
  const ended = new Promise((resolve) =>
    operator.subscribe((run) => void (run.status !== 'running' && resolve(run))),
  )
  await operator.cancel(id)
  // The cancel is on its way; were the way free first, it would come too late.
  await sleep(1_000)
  await reader.query('COMMIT')
  expect(await ended).toMatchObject({ status: 'cancelled' })
  const invalid = (await catalogs(db)).filter((i) => !i.indisvalid)
  expect(invalid).toEqual([])
})
