/** Tables, sequences and indexes: each fault planted, found and taken away again. */
import { afterAll, describe, expect, test } from 'vitest'
import { tempFolder } from '../../test/embedded.ts'
import { plantedServer } from '../../test/planted-server.ts'
import { majors } from '../../test/servers.ts'

const folder = tempFolder()
afterAll(() => folder.remove())

describe.each(majors)('on PostgreSQL %i', (major) => {
  const { sql, connect, setting, reset, health, until } = plantedServer(major, folder)
  const statusOf = async (metric: string) => (await health()).get(metric)?.status

  test('dead rows, autovacuum switched off, bloat', async () => {
    await sql(`CREATE TABLE bad (id int, filler text) WITH (autovacuum_enabled = off);
      INSERT INTO bad SELECT i, md5(i::text) FROM generate_series(1, 60000) i; CREATE INDEX bad_id ON bad (id)`)
    await sql('ANALYZE bad')
    await sql('DELETE FROM bad WHERE id % 5 <> 0')
    const dead = await until('dead_rows', 'critical')
    expect(dead.get('dead_rows')).toMatchObject({
      value: 0.8,
      details: { tables: [{ table: 'public.bad', dead: 48_000 }] },
    })
    expect(dead.get('autovacuum')).toMatchObject({ status: 'warning', value: 1 })
    await setting('dead-rows.critical', 0.9)
    expect(await statusOf('dead_rows')).toBe('warning')
    await setting('bloat.size', 100_000)
    expect((await health()).get('table_bloat')).toMatchObject({
      status: 'unknown',
      details: { not_estimated: [{ name: 'public.bad' }], fix: 'ANALYZE public.bad' },
    })
    await sql('VACUUM bad')
    await sql('ANALYZE bad')
    // VACUUM takes the dead rows away and leaves the space.
    const bloated = await until('dead_rows', 'ok')
    expect(bloated.get('table_bloat')).toMatchObject({
      status: 'warning',
      details: { bloated: [{ name: 'public.bad' }] },
    })
    expect(bloated.get('index_bloat')).toMatchObject({
      status: 'warning',
      details: { bloated: [{ name: 'public.bad_id' }] },
    })
    await setting('bloat.critical', 0.7)
    expect(await statusOf('table_bloat')).toBe('critical')
    await sql('VACUUM FULL bad')
    await sql('ANALYZE bad')
    const gone = await until('autovacuum', 'ok')
    for (const metric of ['table_bloat', 'index_bloat'])
      expect([metric, gone.get(metric)?.status]).toEqual([metric, 'ok'])
    await sql('DROP TABLE bad')
    await reset()
    await sql('ALTER SYSTEM SET autovacuum = off')
    await sql('SELECT pg_reload_conf()')
    await until('autovacuum', 'critical')
    await sql('ALTER SYSTEM RESET autovacuum')
    await sql('SELECT pg_reload_conf()')
    await until('autovacuum', 'ok')
  })

  test('sequences: the end of the column counts, cycling ones do not, falling ones do', async () => {
    await sql(`CREATE TABLE s (small smallserial, id int GENERATED ALWAYS AS IDENTITY, big bigserial);
      SELECT setval('s_small_seq', 26000), setval('s_id_seq', 2000000000), setval('s_big_seq', 2000000000);
      CREATE SEQUENCE cycling MAXVALUE 10 CYCLE; SELECT setval('cycling', 10);
      CREATE SEQUENCE falling INCREMENT -1 MINVALUE -100 MAXVALUE -1; SELECT setval('falling', -80)`)
    const row = (await health()).get('sequences')
    expect(row?.status).toBe('critical')
    expect(row?.value).toBeCloseTo(2e9 / 2 ** 31, 3)
    expect(row?.details.sequences.map((s: { sequence: string }) => s.sequence)).toEqual([
      'public.s_id_seq',
      'public.falling',
      'public.s_small_seq',
    ])
    await sql(`SELECT setval('s_id_seq', 1)`)
    expect(await statusOf('sequences')).toBe('warning')
    const locker = await connect()
    await locker.query('BEGIN; DROP SEQUENCE falling')
    // Left out, not waited for.
    expect((await health()).get('sequences')).toMatchObject({ details: { locked: 1 } })
    await locker.query('ROLLBACK')
    await sql('DROP TABLE s; DROP SEQUENCE cycling, falling')
    expect(await statusOf('sequences')).toBe('ok')
  })

  test('sequences: columns that only take the values of one count too', async () => {
    await sql(`CREATE SEQUENCE loose; CREATE TABLE s1 (id int DEFAULT nextval('loose'));
      CREATE DOMAIN code AS int; CREATE SEQUENCE codes; CREATE TABLE s2 (id code DEFAULT nextval('codes'));
      CREATE SEQUENCE cycling CYCLE; CREATE TABLE s3 (id int DEFAULT nextval('cycling'));
      CREATE TABLE s4 (id bigserial PRIMARY KEY); CREATE TABLE s5 (s4 bigint PRIMARY KEY REFERENCES s4);
      CREATE TABLE s6 (s5 int REFERENCES s5); CREATE SEQUENCE rest; CREATE TABLE s7 (id int DEFAULT nextval('rest') % 9);
      CREATE SEQUENCE leaps INCREMENT 1000 MAXVALUE 10000; SELECT setval('leaps', 7001),
        setval(name, 2000000000) FROM unnest('{loose,codes,cycling,s4_id_seq,rest}'::regclass[]) name`)
    const row = (await health()).get('sequences')
    expect(
      row?.details.sequences.map((s: { sequence: string; used: number }) => [s.sequence, s.used]),
    ).toEqual([
      ['public.codes', 0.9313],
      ['public.cycling', 0.9313],
      ['public.loose', 0.9313],
      ['public.s4_id_seq', 0.9313],
      ['public.leaps', 0.8],
    ])
    await sql(
      'DROP TABLE s1, s2, s3, s4, s5, s6, s7; DROP DOMAIN code; DROP SEQUENCE loose, codes, cycling, rest, leaps',
    )
    expect(await statusOf('sequences')).toBe('ok')
  })

  test('indexes: unused, duplicate, invalid', async () => {
    await sql(`CREATE TABLE i (a int, b text); INSERT INTO i SELECT n % 2, md5(n::text) FROM generate_series(1, 40000) n;
      CREATE INDEX unused ON i (b); CREATE INDEX twin1 ON i (a); CREATE INDEX twin2 ON i (a)`)
    await sql('CREATE UNIQUE INDEX CONCURRENTLY invalid ON i (a)').catch(() => undefined)
    await sql('VACUUM ANALYZE i')
    await sql('SET enable_seqscan = off; SELECT count(*) FROM i WHERE a = 3')
    const rows = await until('invalid_indexes', 'warning')
    const names = (metric: string) => rows.get(metric)?.details.indexes.map((x: { index: string }) => x.index)
    expect(names('invalid_indexes')).toEqual(['public.invalid'])
    expect(names('unused_indexes')).toEqual(['public.unused'])
    expect(names('duplicate_indexes')).toEqual(['public.twin2'])
    const drops = await sql(
      'SELECT drop_statement FROM pgtend.index_usage_analysis WHERE drop_statement IS NOT NULL',
    )
    for (const { drop_statement } of drops) await sql(String(drop_statement))
    const gone = await health()
    for (const metric of ['invalid_indexes', 'unused_indexes', 'duplicate_indexes'])
      expect([metric, gone.get(metric)?.status]).toEqual([metric, 'ok'])
    await sql('DROP TABLE i')
    await setting('drop-unused-index.days', 14)
    expect(await statusOf('unused_indexes')).toBe('unknown')
    await reset()
  })

  test('indexes: what a failed rebuild leaves, on a TOAST table too, but not while it is at work', async () => {
    await sql('CREATE TABLE r (a int PRIMARY KEY, b text)')
    const left = () =>
      sql(`SELECT verdict, table_name ~ '^pg_toast' AS toast, drop_statement FROM pgtend.index_usage_analysis
        WHERE index_name ~ '_ccnew$' ORDER BY 2`)
    const [holder, builder] = [await connect(), await connect()]
    await holder.query('BEGIN; SELECT txid_current(); LOCK TABLE r IN ROW EXCLUSIVE MODE')
    const rebuilt = builder.query('REINDEX TABLE CONCURRENTLY r').catch((error) => error)
    await expect.poll(async () => (await left()).map((i) => i.verdict)).toEqual(['building', 'building'])
    await sql('SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index')
    expect((await rebuilt).code).toBe('57014')
    await holder.query('ROLLBACK')
    expect(await left()).toMatchObject([
      { verdict: 'invalid', toast: false },
      { verdict: 'invalid', toast: true },
    ])
    for (const { drop_statement } of await left()) await sql(String(drop_statement))
    expect(await left()).toEqual([])
    await sql('DROP TABLE r')
  })

  test('indexes: an invalid part of a partitioned index is told, and not to be dropped', async () => {
    await sql(`CREATE TABLE p (id int) PARTITION BY RANGE (id);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); INSERT INTO p VALUES (1), (1)`)
    await sql('CREATE UNIQUE INDEX CONCURRENTLY part ON p1 (id)').catch(() => undefined)
    await sql('CREATE UNIQUE INDEX whole ON ONLY p (id)')
    await sql('ALTER INDEX whole ATTACH PARTITION part')
    const told = await sql(
      `SELECT verdict, reason, drop_statement FROM pgtend.index_usage_analysis WHERE index_name = 'part'`,
    )
    expect(told).toEqual([
      { verdict: 'invalid', reason: expect.stringContaining('REINDEX INDEX'), drop_statement: null },
    ])
    await sql('DROP TABLE p')
  })

  const duplicates = async (table: string) =>
    (
      await sql(
        `SELECT index_name, reason FROM pgtend.index_usage_analysis WHERE table_name = '${table}' AND verdict = 'duplicate' ORDER BY 1`,
      )
    ).map((row) => [row.index_name, row.reason])

  test('duplicates: a unique index is none beside a deferrable constraint', async () => {
    await sql(`CREATE TABLE d (a int, CONSTRAINT later UNIQUE (a) DEFERRABLE); CREATE UNIQUE INDEX now ON d (a);
      CREATE UNIQUE INDEX again ON d (a); CREATE INDEX plain ON d (a)`)
    expect(await duplicates('d')).toEqual([
      ['again', 'now is the same index'],
      ['plain', 'later is the same index'],
    ])
    await sql('DROP TABLE d')
  })

  test.runIf(major >= 18)(
    'the index of a foreign key is kept for it only while the key is enforced',
    async () => {
      await sql(`CREATE TABLE guests (id int PRIMARY KEY);
      CREATE TABLE meals (guest int CONSTRAINT k REFERENCES guests NOT ENFORCED); CREATE INDEX served ON meals (guest)`)
      const kept = async () =>
        (await sql(`SELECT reason FROM pgtend.index_usage_analysis WHERE index_name = 'served'`))[0]?.reason
      expect(await kept()).not.toContain('foreign key')
      await sql('ALTER TABLE meals ALTER CONSTRAINT k ENFORCED')
      expect(await kept()).toBe('the foreign key k is checked with it')
      await sql('DROP TABLE meals, guests')
    },
  )

  test('duplicates: parameters that a search depends on make another index', async () => {
    await sql(`CREATE TABLE e (a int, doc tsvector); CREATE INDEX coarse ON e USING brin (a);
      CREATE INDEX fine ON e USING brin (a) WITH (pages_per_range = 1);
      CREATE INDEX fine_too ON e USING brin (a) WITH (pages_per_range = 1, autosummarize = on);
      CREATE INDEX long ON e USING gist (doc); CREATE INDEX short ON e USING gist (doc tsvector_ops (siglen = 8));
      CREATE INDEX short_too ON e USING gist (doc tsvector_ops (siglen = 8)) WITH (fillfactor = 80)`)
    expect(await duplicates('e')).toEqual([
      ['fine_too', 'fine is the same index'],
      ['short_too', 'short is the same index'],
    ])
    await sql('DROP TABLE e')
  })
})
