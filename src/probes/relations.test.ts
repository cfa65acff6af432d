import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import indexes from './indexes.ts'
import relations from './relations.ts'
import tableNames from './table-names.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  const relation = async (name: string) => {
    const oid = (await db.query('SELECT $1::regclass::oid AS oid', [name]))[0]?.oid
    return one(await readProbe(db.monitorUrl, relations), (row) => row.oid === oid)
  }

  test('changes are counted, and dead rows seen until VACUUM', async () => {
    const client = await db.client()
    await client.query('CREATE TABLE t (id int PRIMARY KEY, note text) WITH (autovacuum_enabled = off)')
    await client.query('INSERT INTO t SELECT g FROM generate_series(1, 1000) g')
    await client.query('DELETE FROM t WHERE id <= 400')
    await client.query('UPDATE t SET note = $1 WHERE id = 1000', ['x'])
    // Counters are reported at the end of a session at the latest.
    await client.end()
    await expect.poll(async () => (await relation('t')).dead, { timeout: 20_000 }).toBe(401)
    const dirty = await relation('t')
    expect(dirty).toMatchObject({
      tuples: -1,
      live: 600,
      rows_inserted: 1000,
      rows_deleted: 400,
      rows_updated: 1,
      changed_since_analyze: 1401,
      inserted_since_vacuum: 1000,
      last_vacuum: null,
    })
    await db.query('VACUUM (ANALYZE) t')
    await expect.poll(async () => (await relation('t')).last_vacuum, { timeout: 20_000 }).not.toBeNull()
    const clean = await relation('t')
    expect(clean).toMatchObject({ tuples: 600, dead: 0, changed_since_analyze: 0, inserted_since_vacuum: 0 })
    expect(clean.pages).toBeGreaterThan(0)
    expect(Math.abs((clean.last_vacuum as number) - Date.now())).toBeLessThan(600_000)
    expect(clean.last_analyze).not.toBeNull()
  })

  test('a partitioned parent has no storage, a temporary table of another session is not ours', async () => {
    const client = await db.client()
    await client.query(`CREATE TEMP TABLE passing (note text);
      CREATE TABLE parts (id int) PARTITION BY LIST (id); CREATE TABLE part PARTITION OF parts DEFAULT;
      INSERT INTO part SELECT g FROM generate_series(1, 10) g; ANALYZE parts`)
    expect(await relation('parts')).toMatchObject({ pages: 0, tuples: 10 })
    const { rows } = await client.query(`SELECT 'passing'::regclass::oid AS oid`)
    const oids = (await readProbe(db.monitorUrl, relations)).map((row) => row.oid)
    expect(oids).not.toContain(rows[0].oid)
  })

  test('names of 63 bytes, with quotes, line breaks and emoji', async () => {
    const names = ['x'.repeat(63), `it's "so" \\ {1,2}\n;--`, '📈 näme', 'select']
    for (const name of names) await db.query(`CREATE TABLE "${name.replaceAll('"', '""')}" (id int)`)
    const found = (await readProbe(db.monitorUrl, tableNames)).map((row) => row.name)
    expect(found).toEqual(expect.arrayContaining(names))
  })

  test('an index scan is counted for the index, checking uniqueness is not', async () => {
    const client = await db.client()
    await client.query('CREATE TABLE used (id int PRIMARY KEY); INSERT INTO used VALUES (1), (2)')
    await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off')
    await client.query('SELECT * FROM used WHERE id = 1')
    await client.end()
    const oid = (await db.query(`SELECT 'used_pkey'::regclass::oid AS oid`))[0]?.oid
    const read = async () => one(await readProbe(db.monitorUrl, indexes), (row) => row.oid === oid)
    await expect.poll(async () => (await read()).scans, { timeout: 20_000 }).toBe(1)
    expect((await read()).last_scan === null).toBe(major < 16)
  })

  test('what has storage or partitions is told, idle or not; other kinds and TOAST tables never vacuumed are not', async () => {
    await db.query('CREATE SCHEMA kinds')
    for (const sql of [
      'TABLE kinds.idle (id serial PRIMARY KEY, note text)',
      'TABLE kinds.long (note text)',
      'TABLE kinds.parent (id int PRIMARY KEY) PARTITION BY RANGE (id)',
      'MATERIALIZED VIEW kinds.kept AS SELECT 1 AS one',
      'VIEW kinds.seen AS SELECT 1 AS one',
      'TYPE kinds.pair AS (a int, b int)',
    ])
      await db.query(`CREATE ${sql}`)
    await db.query(`INSERT INTO kinds.long
      SELECT string_agg(md5(i::text), '') FROM generate_series(1, 2000) i, generate_series(1, 3) j GROUP BY j`)
    await db.query('VACUUM kinds.long')
    const told = async (read: Promise<readonly { readonly oid: number }[]>) => {
      const oids = (await read).map((row) => row.oid)
      const rows = await db.query(
        `SELECT coalesce('toast of ' || t.relname, c.relname) AS name FROM pg_class c LEFT JOIN pg_class t ON t.reltoastrelid = c.oid
         WHERE c.oid = ANY($1) AND 'kinds'::regnamespace IN (c.relnamespace, t.relnamespace) ORDER BY 1`,
        [oids],
      )
      return rows.map((row) => row.name)
    }
    expect(await told(readProbe(db.monitorUrl, relations))).toEqual([
      'idle',
      'kept',
      'long',
      'parent',
      'toast of long',
    ])
    expect(await told(readProbe(db.monitorUrl, indexes))).toEqual(['idle_pkey'])
    const oid = (await db.query(`SELECT 'kinds.idle_pkey'::regclass::oid AS oid`))[0]?.oid
    expect(one(await readProbe(db.monitorUrl, indexes), (row) => row.oid === oid).scans).toBe(0)
  })
})
