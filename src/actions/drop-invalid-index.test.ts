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
