import { afterAll, beforeAll, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../test/servers.ts'
import indexDdl from './index-ddl.ts'
import relationSizes from './relation-sizes.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await freshDatabase(LATEST)
  await db.query(`CREATE TABLE free (id int PRIMARY KEY, note text); CREATE TABLE held (id int PRIMARY KEY, note text);
    INSERT INTO free SELECT g, repeat(md5(g::text), 10) FROM generate_series(1, 100) g;
    ALTER TABLE free ALTER COLUMN note SET STORAGE EXTERNAL;
    INSERT INTO free SELECT g, repeat('x', 10000) FROM generate_series(101, 110) g`)
})
afterAll(() => db?.drop())

const oidOf = async (name: string) =>
  (await db.query('SELECT $1::regclass::oid AS oid', [name]))[0]?.oid as number

test('the parts add up to the size that PostgreSQL tells', async () => {
  const oid = await oidOf('free')
  const size = one(await readProbe(db.monitorUrl, relationSizes, [oid]))
  const [exact] = await db.query(
    `SELECT pg_total_relation_size(oid)::float8 AS total, pg_indexes_size(oid)::float8 AS indexes,
    pg_total_relation_size(reltoastrelid)::float8 AS toast FROM pg_class WHERE oid = $1`,
    [oid],
  )
  expect(size).toMatchObject(exact as object)
  expect(size.toast).toBeGreaterThan(90_000)
  expect(size.heap + size.indexes + size.toast).toBe(size.total)
})

test('a locked table is left out in place of waiting for it, a dropped one too', async () => {
  const [free, held] = [await oidOf('free'), await oidOf('held')]
  const holder = await db.client()
  await holder.query('BEGIN; LOCK TABLE held')
  const sizes = await readProbe(db.monitorUrl, relationSizes, [free, held, 4_294_967_295])
  expect(sizes.map((row) => row.oid)).toEqual([free])
  const indexes = [
    await oidOf('free_pkey'),
    (await holder.query(`SELECT 'held_pkey'::regclass::oid AS oid`)).rows[0].oid,
  ]
  const ddl = await readProbe(db.monitorUrl, indexDdl, [...indexes, 4_294_967_295])
  expect(ddl).toEqual([
    { oid: indexes[0], definition: 'CREATE UNIQUE INDEX free_pkey ON public.free USING btree (id)' },
  ])
  await holder.query('ROLLBACK')
  expect(await readProbe(db.monitorUrl, relationSizes, [free, held])).toHaveLength(2)
})

test('wanted are the tables with most pages', () => {
  const table = (oid: number, size: number) => ({ oid, size, pages: size, live: 0 })
  const rows = [table(1, 1005), table(3, 0), ...Array.from({ length: 25 }, (_, i) => table(100 + i, 10 + i))]
  const wanted = relationSizes.lookup?.wants((name) => (name === 'tables' ? rows : []))
  expect(wanted).toHaveLength(20)
  expect(wanted?.slice(0, 3)).toEqual([1, 124, 123])
  // Nothing has counted the pages of a table that was filled and neither vacuumed nor analysed.
  const filled = { ...table(2, 0), live: 1_000 }
  expect(relationSizes.lookup?.wants((name) => (name === 'tables' ? [...rows, filled] : []))[0]).toBe(2)
})
