import { describe, expect, it, onTestFinished } from 'vitest'
import { hostile, quoted } from '../../test/hostile.ts'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'

const [table, index] = [hostile('t'), hostile('i')]

async function withIndex(major = LATEST, rows = 20_000): Promise<TestDatabase> {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query(`CREATE TABLE ${quoted(table)} (id int) WITH (autovacuum_enabled = off)`)
  await db.query(`INSERT INTO ${quoted(table)} SELECT generate_series(1, ${rows})`)
  await db.query(`CREATE INDEX ${quoted(index)} ON ${quoted(table)} (id)`)
  return db
}

const indexes = (db: TestDatabase) =>
  db.query(
    `SELECT c.relname AS name, i.indisvalid AS valid, pg_get_indexdef(c.oid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`,
  )

describe.each(majors)('reindex-concurrently on PostgreSQL %i', (major) => {
  it('builds the index anew and measures what that gave', async () => {
    const db = await withIndex(major)
    await db.query(`DELETE FROM ${quoted(table)} WHERE id % 10 <> 0`)
    await db.query(`VACUUM ${quoted(table)}`)
    const before = await indexes(db)
    const { act } = await operate(db.url)
    const { plan, run } = await act('reindex-concurrently', { index })
    expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
    expect(run.verification?.after.size).toBeLessThan((plan.before.size ?? 0) / 2)
    expect(await indexes(db)).toEqual(before)
  })

  it('drops what a failed build leaves behind, and only that', async () => {
    const db = await withIndex(major, 10)
    // A unique index over equal values: nothing of today makes one, but a corrupt one looks like that.
    await db.query(`UPDATE pg_index SET indisunique = true WHERE indexrelid = $1::regclass`, [quoted(index)])
    await db.query(`INSERT INTO ${quoted(table)} SELECT 11`)
    await db.query(`UPDATE pg_index SET indisunique = false WHERE indexrelid = $1::regclass`, [quoted(index)])
    await db.query(`INSERT INTO ${quoted(table)} SELECT 11`)
    await db.query(`UPDATE pg_index SET indisunique = true WHERE indexrelid = $1::regclass`, [quoted(index)])
    const before = await indexes(db)
    const { act } = await operate(db.url)
    const { run } = await act('reindex-concurrently', { index })
    expect(run).toMatchObject({ status: 'failed', verification: { ok: false } })
    expect(run.error).toContain('_ccnew')
    expect(await indexes(db)).toEqual(before)
  })
})

it('asks to drop an earlier leftover first', async () => {
  const db = await withIndex(LATEST, 10)
  await db.query(
    `CREATE INDEX plain ON ${quoted(table)} (id) WHERE id > 1; CREATE INDEX plain_ccnew ON ${quoted(table)} (id) WHERE id > 2`,
  )
  const { act } = await operate(db.url)
  const { run } = await act('reindex-concurrently', { index: 'plain' })
  expect(run).toMatchObject({ status: 'refused', error: expect.stringContaining('plain_ccnew') })
})

it('is refused while an old transaction would be waited for', async () => {
  const db = await withIndex(LATEST, 10)
  const { operator } = await operate(db.url)
  const plan = await operator.plan('db', 'reindex-concurrently', { index })
  expect(plan.preconditions).toContainEqual(
    expect.objectContaining({ name: 'no old transaction', holds: true }),
  )
  expect(plan.preconditions).toContainEqual(expect.objectContaining({ name: 'disk space', holds: true }))
})
