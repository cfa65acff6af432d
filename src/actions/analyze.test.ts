import { expect, it, onTestFinished } from 'vitest'
import { hostile, quoted } from '../../test/hostile.ts'
import { operate } from '../../test/operate.ts'
import { freshDatabase, majors } from '../../test/servers.ts'

const table = hostile('t')

it.each(majors)('analyze on PostgreSQL %i renews the statistics of a table', async (major) => {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query(`CREATE TABLE ${quoted(table)} (id int) WITH (autovacuum_enabled = off)`)
  await db.query(`INSERT INTO ${quoted(table)} SELECT generate_series(1, 1000)`)
  const { act } = await operate(db.url)
  const { run } = await act('analyze', { table })
  expect(run).toMatchObject({ status: 'done', verification: { ok: true } })
  expect(await db.query('SELECT attname FROM pg_stats WHERE tablename = $1', [table])).toEqual([
    { attname: 'id' },
  ])
})

it.each(majors)('analyze on PostgreSQL %i counts what it does to partitions', async (major) => {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await db.query('CREATE TABLE p (id int) PARTITION BY RANGE (id)')
  await db.query('CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (1000)')
  await db.query('INSERT INTO p SELECT generate_series(0, 999)')
  const { act } = await operate(db.url)
  expect((await act('analyze', { table: 'p' })).run).toMatchObject({ verification: { ok: true } })
  expect((await act('vacuum', { table: 'p' })).run).toMatchObject({ verification: { ok: true } })
})
