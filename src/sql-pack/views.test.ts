/** The views against pgtend's own derived tables, and bloat against what rewriting the tables really saves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { look } from '../../test/observe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { changePack, healthOf, rowsOf } from '../../test/sql-pack.ts'

const ROWS = 40_000
const TABLES = `
  CREATE TABLE narrow AS SELECT i::int AS id FROM generate_series(1, ${ROWS}) i;
  CREATE TABLE mixed AS SELECT i::int AS id, now() AS t, i % 2 = 0 AS f, i::bigint AS big, md5(i::text) AS m, (i % 7)::smallint AS s
    FROM generate_series(1, ${ROWS}) i;
  CREATE TABLE nulls AS SELECT i::int AS id, CASE WHEN i % 2 = 0 THEN i END AS x, CASE WHEN i % 3 = 0 THEN md5(i::text) END AS m,
    CASE WHEN i % 10 = 0 THEN now() END AS t, i::bigint AS b1, i::bigint AS b2, i::bigint AS b3, i::bigint AS b4, i::bigint AS b5
    FROM generate_series(1, ${ROWS}) i;
  CREATE TABLE wide AS SELECT i AS id, repeat('x', (i * 7919) % 1500) AS w FROM generate_series(1, ${ROWS / 4}) i;
  CREATE TABLE half (id int, m text) WITH (fillfactor = 50);
  INSERT INTO half SELECT i, md5(i::text) FROM generate_series(1, ${ROWS}) i;
  CREATE MATERIALIZED VIEW kept AS SELECT * FROM mixed;
  CREATE INDEX ON narrow (id); CREATE INDEX ON mixed (big); CREATE INDEX ON mixed (m); CREATE INDEX ON mixed (s);
  CREATE INDEX ON mixed (s, big); CREATE INDEX ON mixed (id) INCLUDE (t); CREATE INDEX ON mixed (lower(m));
  CREATE INDEX ON mixed (m) WHERE f; CREATE INDEX ON mixed (id) WITH (fillfactor = 50);
  CREATE INDEX ON mixed (s) WITH (deduplicate_items = off); CREATE INDEX ON mixed USING hash (m);
  ALTER TABLE mixed ADD PRIMARY KEY (id); CREATE UNIQUE INDEX ON mixed (big); CREATE INDEX ON nulls (x); CREATE INDEX ON nulls (x DESC);
  CREATE TABLE child (id int REFERENCES mixed); CREATE INDEX ON child (id); CREATE INDEX same ON child (id);
  CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE INDEX ON parts (id); CREATE INDEX on_part ON parts_1 (id, at);
  CREATE TABLE excluded (r int4range, EXCLUDE USING gist (r WITH &&)); CREATE TABLE named (n name); CREATE INDEX ON named (n);
  INSERT INTO named SELECT 'n' || i FROM generate_series(1, 1000) i`

describe.each(majors)('on PostgreSQL %i', (major) => {
  let database: TestDatabase
  /** Over a connection of its own, which gives its counters away when it ends: before ANALYZE, not after it. */
  const sql = (text: string) => rowsOf(database.url, text)
  beforeAll(async () => {
    database = await freshDatabase(major)
    for (const statement of [TABLES, 'VACUUM FULL', 'ANALYZE']) await sql(statement)
    await changePack(database.url, { task: 'install', grant: ['pgtend_monitor'] })
    await database.query(`UPDATE pgtend.settings SET value = 0 WHERE name LIKE 'drop-unused-index.%'`)
  })
  afterAll(() => database.drop())

  test('what was just written is not bloated, and its size is known within a few percent', async () => {
    const stale = () =>
      database.query(
        `SELECT 1 FROM pgtend.table_bloat_analysis WHERE note LIKE 'much has changed%' AND schema_name = 'public'`,
      )
    await expect.poll(stale, { timeout: 20_000 }).toEqual([])
    const tables =
      await database.query(`SELECT table_name, bloat_ratio::float8 AS bloat, expected_bytes::float8 / table_bytes AS fit
      FROM pgtend.table_bloat_analysis WHERE table_bytes > 200000 AND schema_name = 'public'`)
    expect(tables).toHaveLength(6)
    for (const t of tables) {
      expect(t.bloat, String(t.table_name)).toBeLessThan(0.06)
      expect(t.fit, String(t.table_name)).toBeLessThan(1.06)
    }
    const indexes =
      await database.query(`SELECT index_name, bloat_ratio::float8 AS bloat, expected_bytes::float8 / index_bytes AS fit, note
      FROM pgtend.index_bloat_analysis WHERE index_bytes > 200000`)
    for (const i of indexes) {
      if (i.note !== null) expect(i.note, String(i.index_name)).toBe('only B-trees can be estimated')
      else expect(i.bloat, String(i.index_name)).toBeLessThan(0.2)
    }
    // One share for all would be no estimate: those that share keys are told from those that do not.
    expect(indexes.filter((i) => Math.abs((i.fit as number) - 1) < 0.05).length).toBeGreaterThan(7)
    const notes = await database.query(
      `SELECT note FROM pgtend.index_bloat_analysis WHERE index_name = 'named_n_idx'`,
    )
    expect(notes).toEqual([{ note: 'columns of type name can not be estimated' }])
  })

  test('who may read the tables but not pg_statistic gets the same estimates from pg_stats', async () => {
    await database.query('GRANT SELECT ON ALL TABLES IN SCHEMA public TO pgtend_monitor')
    await expect(rowsOf(database.monitorUrl, 'SELECT FROM pg_statistic')).rejects.toThrow(/denied/)
    for (const read of [
      `SELECT table_name, expected_bytes, bloat_ratio, note FROM pgtend.table_bloat_analysis WHERE schema_name = 'public' ORDER BY 1`,
      `SELECT index_name, expected_bytes, bloat_ratio, note FROM pgtend.index_bloat_analysis
        WHERE schema_name = 'public' AND index_name <> 'mixed_lower_idx' ORDER BY 1`,
    ])
      expect(await rowsOf(database.monitorUrl, read)).toEqual(await rowsOf(database.url, read))
    // PostgreSQL shows those of an expression to the owner only; ANALYZE would not help.
    const note = `SELECT note FROM pgtend.index_bloat_analysis WHERE index_name = 'mixed_lower_idx'`
    expect(await rowsOf(database.url, note)).toEqual([{ note: null }])
    expect(await rowsOf(database.monitorUrl, note)).toEqual([
      { note: expect.stringContaining('GRANT pg_read_all_data') },
    ])
    await database.query('REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM pgtend_monitor')
  })

  test('bloat is what rewriting saves, of the table and of each index by itself', async () => {
    await sql('CREATE TABLE torn AS SELECT * FROM mixed; CREATE INDEX torn_big ON torn (big)')
    await sql('DELETE FROM torn WHERE id % 10 <> 0')
    await sql('VACUUM ANALYZE torn')
    await sql('CREATE INDEX torn_m ON torn (m)')
    await sql('ANALYZE torn')
    const notes = () =>
      database.query(`SELECT note FROM pgtend.table_bloat_analysis WHERE table_name = 'torn'`)
    await expect.poll(notes, { timeout: 20_000 }).toEqual([{ note: null }])
    const read = `SELECT (SELECT bloat_bytes FROM pgtend.table_bloat_analysis WHERE table_name = 'torn')::float8 AS heap,
      (SELECT bloat_bytes FROM pgtend.index_bloat_analysis WHERE index_name = 'torn_big')::float8 AS old,
      (SELECT bloat_ratio FROM pgtend.index_bloat_analysis WHERE index_name = 'torn_m')::float8 AS fresh,
      pg_relation_size('torn')::float8 AS heap_size, pg_relation_size('torn_big')::float8 AS old_size`
    const [before] = await database.query(read)
    await database.query('VACUUM FULL torn')
    const [after] = await database.query(read)
    const number = (value: unknown) => value as number
    const saved = number(before?.heap_size) - number(after?.heap_size)
    expect(number(before?.heap) / saved).toBeGreaterThan(0.97)
    expect(number(before?.heap) / saved).toBeLessThan(1.03)
    expect(number(before?.old) / (number(before?.old_size) - number(after?.old_size))).toBeGreaterThan(0.95)
    expect(number(before?.fresh)).toBeLessThan(0.15)
    await database.query('DROP TABLE torn')
  })

  test('statistics that are out of date or missing make it unknown', async () => {
    await sql('CREATE TABLE moved AS SELECT i FROM generate_series(1, 5000) i')
    const read = () =>
      database.query(
        `SELECT status, bloat_bytes, note FROM pgtend.table_bloat_analysis WHERE table_name = 'moved'`,
      )
    expect(await read()).toMatchObject([
      { status: 'unknown', bloat_bytes: null, note: expect.stringContaining('never') },
    ])
    await sql('ANALYZE moved')
    // PostgreSQL 14 reads counters that may be half a second old.
    await expect.poll(read, { timeout: 20_000 }).toMatchObject([{ status: 'ok', note: null }])
    await sql('UPDATE moved SET i = i + 1')
    await expect
      .poll(read, { timeout: 20_000 })
      .toMatchObject([{ status: 'unknown', note: expect.stringContaining('changed') }])
    await database.query('DROP TABLE moved')
  })

  test('numbers and verdicts are those of pgtend itself', async () => {
    const seen = await look(database.url)
    const name = (r: Readonly<Record<string, unknown>>) => `${r.schema}.${r.index}`
    const usage = await database.query(
      'SELECT *, index_bytes::float8 AS bytes, scans::float8 AS scanned FROM pgtend.index_usage_analysis',
    )
    const own = usage.filter((u) => u.schema_name !== 'pgtend')
    const named = new Map(own.map((u) => [`${u.schema_name}.${u.index_name}`, u]))
    // The pack tells the parts of a partitioned index, pgtend the whole of it too.
    const derived = seen.rows('index-usage').filter((r) => r.schema !== 'pgtend' && !r.partitioned)
    expect([...named.keys()].sort()).toEqual(derived.map(name).sort())
    for (const row of derived)
      expect(named.get(name(row))).toMatchObject({ bytes: row.size, table_name: row.table })
    const duplicates = seen.rows('duplicate-indexes')
    expect(duplicates.length).toBeGreaterThan(3)
    const judged = (...verdicts: string[]) => own.filter((u) => verdicts.includes(u.verdict as string))
    expect(
      judged('duplicate')
        .map(
          (u) =>
            `${u.schema_name}.${u.index_name} ${(u.reason as string).includes('same index') ? 'identical' : 'prefix'}`,
        )
        .sort(),
      // The pack says the same of two that differ in how they are stored alone.
    ).toEqual(duplicates.map((d) => `${name(d)} ${d.reason === 'storage' ? 'identical' : d.reason}`).sort())
    const needless = new Set(duplicates.map(name))
    expect(
      judged('unused')
        .map((u) => `${u.schema_name}.${u.index_name}`)
        .sort(),
    ).toEqual(
      seen
        .rows('unused-indexes')
        .filter((r) => r.schema !== 'pgtend' && !r.partitioned)
        .map(name)
        .filter((n) => !needless.has(n))
        .sort(),
    )
    for (const row of derived.filter((r) => r.kept_because && r.scans === 0))
      expect(named.get(name(row))).toMatchObject({ verdict: 'kept', reason: row.kept_because })

    const rows = await healthOf(database.url)
    const [connections] = seen.rows('connections')
    expect(rows.get('connections')?.details.usable).toBe(connections?.usable)
    const [age] = seen.rows('statistics-age')
    expect(Date.parse(rows.get('statistics_age')?.details.since)).toBeCloseTo(age?.since as number, -2)
    const [storage] = seen.rows('storage')
    expect((rows.get('storage')?.value as number) / (storage?.database as number)).toBeCloseTo(1, 1)
    const sizes = new Map(seen.rows('tables').map((t) => [`${t.schema}.${t.table}`, t.pages as number]))
    for (const t of await database.query(
      `SELECT schema_name, table_name, table_bytes::float8 AS bytes FROM pgtend.table_bloat_analysis WHERE schema_name = 'public'`,
    ))
      expect([t.table_name, t.bytes]).toEqual([
        t.table_name,
        (sizes.get(`${t.schema_name}.${t.table_name}`) ?? -1) * 8192,
      ])
  })

  test('nothing waits behind an exclusive lock', async () => {
    const locker = await database.client()
    await locker.query('BEGIN; LOCK TABLE mixed, nulls, narrow IN ACCESS EXCLUSIVE MODE; DROP INDEX on_part')
    for (const relation of [
      'check_database_health()',
      'index_usage_analysis',
      'table_bloat_analysis',
      'index_bloat_analysis',
    ])
      await rowsOf(
        `${database.url}?options=${encodeURIComponent('-c statement_timeout=20s')}`,
        `SELECT * FROM pgtend.${relation}`,
      )
    await locker.query('ROLLBACK')
  })
})
