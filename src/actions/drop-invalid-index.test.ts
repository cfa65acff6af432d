import { expect, it, onTestFinished } from 'vitest'
import { failToBuild } from '../../test/failed-build.ts'
import { operate } from '../../test/operate.ts'
import { freshDatabase, LATEST } from '../../test/servers.ts'

it('does not plan to drop a part of a partitioned index, which reindex-concurrently builds anew', async () => {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  await db.query(`CREATE TABLE p (id int) PARTITION BY RANGE (id);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9)`)
  await failToBuild(db, 'p1', 'CREATE INDEX CONCURRENTLY part ON p1 (id)')
  await db.query('CREATE INDEX whole ON ONLY p (id)')
  await db.query('ALTER INDEX whole ATTACH PARTITION part')
  const { operator, act } = await operate(db.url)
  await expect(operator.plan('db', 'drop-invalid-index', { index: 'part' })).rejects.toThrow(
    'public.part is a part of the partitioned index whole, which can only be dropped as a whole: reindex-concurrently builds it anew',
  )
  await expect(operator.plan('db', 'drop-invalid-index', { index: 'whole' })).rejects.toThrow(
    'is a partitioned index, not an index',
  )
  const { run } = await act('reindex-concurrently', { index: 'part' })
  expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
})

it('drops what a failed rebuild left on a TOAST table, once the role may use its schema', async () => {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  await db.query('CREATE TABLE t (a text)')
  await failToBuild(db, 't', 'REINDEX TABLE CONCURRENTLY t')
  const [left] = await db.query(
    `SELECT c.relname AS index FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid`,
  )
  const input = { schema: 'pg_toast', index: String(left?.index) }
  expect(input.index).toMatch(/^pg_toast_\d+_index_ccnew$/)

  await db.query('ALTER TABLE t OWNER TO pgtend_monitor')
  const owner = await operate(db.monitorUrl)
  const refused = await owner.operator.plan('db', 'drop-invalid-index', input)
  expect(refused.preconditions.filter((p) => !p.holds).map((p) => p.detail)).toEqual([
    'pgtend_monitor may not use the schema: GRANT USAGE ON SCHEMA pg_toast TO pgtend_monitor;',
  ])
  await db.query('GRANT USAGE ON SCHEMA pg_toast TO pgtend_monitor')
  const { plan, run } = await owner.act('drop-invalid-index', input)
  expect(plan.steps[0]).not.toHaveProperty('undo')
  expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
  expect(await db.query('SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([])
})
