import { describe, expect, it, onTestFinished } from 'vitest'
import { hostile, quoted } from '../../test/hostile.ts'
import { type Operated, operate, PERSON } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'

const [table, index] = [hostile('t'), hostile('i')]

async function withTable(major = LATEST): Promise<TestDatabase> {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query(`CREATE TABLE ${quoted(table)} (id int, "a""b" text)`)
  await db.query(`INSERT INTO ${quoted(table)} SELECT i, i FROM generate_series(1, 1000) i`)
  return db
}

const made = async (db: TestDatabase): Promise<void> => {
  await db.query(
    `CREATE UNIQUE INDEX ${quoted(index)} ON ${quoted(table)} (lower("a""b") DESC, id) WITH (fillfactor = 70) WHERE id > 5`,
  )
  await db.query(`COMMENT ON INDEX ${quoted(index)} IS 'it''s "hers"'`)
  await db.query(`ALTER INDEX ${quoted(index)} ALTER COLUMN 1 SET STATISTICS 321`)
}

const indexes = (db: TestDatabase) =>
  db.query(
    `SELECT c.relname, pg_get_indexdef(c.oid) AS definition, i.indisvalid, obj_description(c.oid, 'pg_class') AS comment,
      ARRAY(SELECT attstattarget::int FROM pg_attribute a WHERE a.attrelid = c.oid ORDER BY attnum) AS targets
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  )
const planUndo = ({ operator }: Operated, run: string) => operator.plan('db', 'undo', { run })

describe.each(majors)('PostgreSQL %i', (major) => {
  it('a dropped index is made again as it was, approved by hash, recorded, verified', async () => {
    const db = await withTable(major)
    await made(db)
    const before = await indexes(db)
    const it = await operate(db.url)
    const { run } = await it.act('drop-index', { index })
    expect(await indexes(db)).toEqual([])
    const plan = await planUndo(it, run.id)
    expect(plan.summary).toContain(run.plan.summary)
    expect(plan.steps.map((s) => s.sql)).toEqual(run.plan.steps[0]?.undo)
    expect(plan.preconditions.map((p) => p.name)).toContain('privilege')
    const wrong = { hash: run.plan.hash, actor: PERSON }
    await expect(it.operator.run('db', 'undo', { run: run.id }, wrong)).rejects.toMatchObject({
      code: 'plan-changed',
    })
    const undone = await it.act('undo', { run: run.id })
    expect(undone.run).toMatchObject({ status: 'done', verification: { ok: true } })
    expect(await indexes(db)).toEqual(before)
    const audit = await it.store.ledger.list<{ run: string; event: string }>('audit')
    expect(audit.filter((e) => e.value.run === undone.run.id && e.value.event === 'step')).toHaveLength(
      plan.steps.length,
    )
    // It is there: there is nothing left to take back, neither of the drop nor of its undo.
    await expect(planUndo(it, run.id)).rejects.toMatchObject({ code: 'cannot-plan' })
    await expect(planUndo(it, undone.run.id)).rejects.toMatchObject({ code: 'nothing-to-undo' })
  })

  it('a new index is dropped, and only the very one', async () => {
    const db = await withTable(major)
    const it = await operate(db.url)
    const input = { table, columns: 'id', name: index }
    const first = await it.act('create-index-concurrently', input)
    expect((await it.act('undo', { run: first.run.id })).run).toMatchObject({ status: 'done' })
    expect(await indexes(db)).toEqual([])
    await expect(planUndo(it, first.run.id)).rejects.toMatchObject({ code: 'cannot-plan' })
    await it.act('create-index-concurrently', input)
    await expect(planUndo(it, first.run.id)).rejects.toThrow('made anew since')
  })
})

it('refuses where there is nothing to take back', async () => {
  const db = await withTable()
  const it = await operate(db.url)
  const vacuumed = await it.act('vacuum', { table })
  await expect(planUndo(it, vacuumed.run.id)).rejects.toMatchObject({ code: 'nothing-to-undo' })
  const failed = await it.act('create-index-concurrently', { table, columns: 'id', name: 'u', unique: true })
  expect(failed.run.status).toBe('done')
  await db.query(`INSERT INTO ${quoted(table)} VALUES (7, 'b')`).catch(() => 0)
  await expect(planUndo(it, 'nonsense')).rejects.toMatchObject({ code: 'unknown-run' })
  await expect(planUndo(it, '')).rejects.toMatchObject({ code: 'bad-request' })
})

it.each([
  ['the table is gone', `DROP TABLE ${quoted(table)}`, 'is gone since'],
  ['the table is called otherwise', `ALTER TABLE ${quoted(table)} RENAME TO other`, 'is called'],
  ['the table lies elsewhere', `CREATE SCHEMA s; ALTER TABLE ${quoted(table)} SET SCHEMA s`, 'is called'],
  [
    'another table has its name',
    `ALTER TABLE ${quoted(table)} RENAME TO other; CREATE TABLE ${quoted(table)} (id int, "a""b" text)`,
    'is called',
  ],
  ['the name of the index is taken', `CREATE INDEX ${quoted(index)} ON ${quoted(table)} (id)`, 'in use'],
])('refuses to make an index again where %s', async (_, sql, reason) => {
  const db = await withTable()
  await made(db)
  const it = await operate(db.url)
  const { run } = await it.act('drop-index', { index })
  await db.query(sql)
  await expect(planUndo(it, run.id)).rejects.toThrow(reason)
})

it('refuses a run of another target, and says which it was on', async () => {
  const [db, other] = [await withTable(), await withTable()]
  await made(db)
  const it = await operate({ db: db.url, other: other.url })
  const { run } = await it.act('drop-index', { index })
  await expect(it.operator.plan('other', 'undo', { run: run.id })).rejects.toThrow('was on db, not on other')
})

it('fails cleanly where a column is gone, and leaves nothing', async () => {
  const db = await withTable()
  await made(db)
  const it = await operate(db.url)
  const { run } = await it.act('drop-index', { index })
  await db.query(`ALTER TABLE ${quoted(table)} DROP COLUMN "a""b"`)
  const undone = await it.act('undo', { run: run.id })
  expect(undone.run).toMatchObject({ status: 'failed', verification: { ok: false } })
  expect(await indexes(db)).toEqual([])
})
