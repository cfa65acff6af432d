import { describe, expect, it, onTestFinished } from 'vitest'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST, majors } from '../../test/servers.ts'

async function withDeadRows(major = LATEST) {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query('CREATE TABLE orders (id int, note text) WITH (autovacuum_enabled = off)')
  await db.query(`INSERT INTO orders SELECT i, 'note' FROM generate_series(1, 5000) i`)
  await db.query('DELETE FROM orders WHERE id % 2 = 0')
  // Statistics of an open session arrive late; each statement sends what is due.
  const dead = `SELECT pg_stat_get_dead_tuples('orders'::regclass)::int AS dead`
  await expect.poll(() => db.query(dead), { timeout: 10_000 }).toEqual([{ dead: 2500 }])
  return db
}

describe.each(majors)('vacuum on PostgreSQL %i', (major) => {
  it('removes dead rows and says how many', async () => {
    const db = await withDeadRows(major)
    const { act, store } = await operate(db.url)
    const { plan, run } = await act('vacuum', { table: 'orders' })
    expect(plan.steps.map((s) => s.sql)).toEqual(['VACUUM (ANALYZE) public.orders'])
    expect(plan.before.dead_rows).toBe(2500)
    expect(run).toMatchObject({ status: 'done', verification: { ok: true, after: { dead_rows: 0 } } })
    const audit = await store.ledger.list<{ event: string }>('audit')
    expect(audit.map((e) => e.value.event).sort()).toEqual(
      ['started', 'step', 'step-done', 'verified', 'ended'].sort(),
    )
    expect(await store.ledger.list('lease')).toEqual([])
  })

  it('is refused beforehand on a table of another, which VACUUM would only warn about', async () => {
    const db = await withDeadRows(major)
    const { act } = await operate(db.blindUrl)
    const { plan, run } = await act('vacuum', { table: 'orders' })
    expect(plan.preconditions).toContainEqual(expect.objectContaining({ name: 'privilege', holds: false }))
    expect(run.status).toBe('refused')
    expect(run.error).toContain('does not own public.orders')
  })
})

it('says that an open transaction kept it from its work', async () => {
  const db = await withDeadRows()
  const holder = await db.client()
  await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await holder.query('SELECT count(*) FROM orders')
  await db.query('DELETE FROM orders')
  const dead = `SELECT pg_stat_get_dead_tuples('orders'::regclass)::int AS dead`
  await expect.poll(() => db.query(dead), { timeout: 10_000 }).toEqual([{ dead: 5000 }])
  const { act } = await operate(db.url)
  const { run } = await act('vacuum', { table: 'orders' })
  expect(run).toMatchObject({ status: 'done', verification: { ok: false } })
  expect(run.verification?.detail).toContain('could not be removed')
})

it('freezes when told', async () => {
  const db = await withDeadRows()
  await db.query('SELECT txid_current()')
  const { act } = await operate(db.url)
  const { plan, run } = await act('vacuum', { table: 'orders', freeze: true })
  expect(plan.steps[0]?.sql).toBe('VACUUM (FREEZE, INDEX_CLEANUP OFF, ANALYZE) public.orders')
  expect(run.verification).toMatchObject({ ok: true })
})

it('does not mistake a table made anew under the same name for the one that was approved', async () => {
  const db = await withDeadRows()
  const { operator } = await operate(db.url)
  const plan = await operator.plan('db', 'vacuum', { table: 'orders' })
  await db.query('DROP TABLE orders; CREATE TABLE orders (id int)')
  const approval = { hash: plan.hash, actor: { kind: 'person', name: 'me' } } as const
  await expect(operator.run('db', 'vacuum', { table: 'orders' }, approval)).rejects.toMatchObject({
    code: 'plan-changed',
  })
  await db.query('DROP TABLE orders')
  await expect(operator.run('db', 'vacuum', { table: 'orders' }, approval)).rejects.toMatchObject({
    code: 'cannot-plan',
  })
})

it('can not be planned for a view', async () => {
  const db = await withDeadRows()
  await db.query('CREATE VIEW v AS SELECT 1')
  const { operator } = await operate(db.url)
  await expect(operator.plan('db', 'vacuum', { table: 'v' })).rejects.toThrow('public.v is a view')
})
