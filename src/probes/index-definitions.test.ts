import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { redundantIndexes } from '../derived/_redundancy.ts'
import catalogChanges from './catalog-changes.ts'
import indexDefinitions from './index-definitions.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  const definition = async (index: string, url = db.monitorUrl) => {
    const oid = (await db.query('SELECT $1::regclass::oid AS oid', [index]))[0]?.oid
    return one(await readProbe(url, indexDefinitions), (row) => row.oid === oid)
  }
  const token = async () => one(await readProbe(db.monitorUrl, catalogChanges)).token

  test('what keeps an index from being dropped', async () => {
    await db.query(`
      CREATE TABLE parent (id int PRIMARY KEY, code text, CONSTRAINT "the code" UNIQUE (code));
      CREATE TABLE child (id int, code text REFERENCES parent (code), span int4range,
        CONSTRAINT apart EXCLUDE USING gist (span WITH &&));
      CREATE UNIQUE INDEX child_id ON child (id);
      CREATE TABLE parts (id int) PARTITION BY HASH (id);
      CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
      CREATE INDEX ON parts (id)`)
    expect(await definition('parent_pkey')).toMatchObject({
      primary: true,
      unique: true,
      constraint: true,
      foreign_key_target: false,
      valid: true,
      being_built: false,
    })
    expect(await definition('"the code"')).toMatchObject({
      primary: false,
      constraint: true,
      foreign_key_target: true,
    })
    expect(await definition('apart')).toMatchObject({ exclusion: true, method: 'gist', constraint: true })
    expect(await definition('child_id')).toMatchObject({ unique: true, constraint: false, partition: false })
    expect(await definition('parts_0_id_idx')).toMatchObject({ partition: true })
    expect(await definition('parts_id_idx')).toMatchObject({ partition: false })
  })

  test('equal indexes look equal, wherever the expression stood in the statement', async () => {
    await db.query(`
      CREATE TABLE twins (a int, b text, c int);
      CREATE INDEX one ON twins (lower(b), a DESC) INCLUDE (c) WHERE a > 10;
      CREATE INDEX     another_one      ON    twins (lower(b), a DESC) INCLUDE (c)     WHERE a > 10;
      CREATE INDEX upper ON twins (upper(b), a DESC) INCLUDE (c) WHERE a > 10`)
    const [first, second, other] = [
      await definition('one'),
      await definition('another_one'),
      await definition('upper'),
    ]
    expect(redundantIndexes([first, second, other], new Map())).toMatchObject([
      { index: { oid: second.oid }, twin: { oid: first.oid }, reason: 'identical' },
    ])
    expect(first).toMatchObject({ keys: '0 1 3', key_columns: 2, options: '0 3' })
  })

  test('an index in the making is told from one that failed', async () => {
    await db.query('CREATE TABLE building AS SELECT 1 AS id FROM generate_series(1, 2)')
    const before = await token()
    const [holder, builder] = [await db.client(), await db.client()]
    await holder.query('BEGIN; LOCK TABLE building IN ROW EXCLUSIVE MODE')
    const built = builder.query('CREATE UNIQUE INDEX CONCURRENTLY leftover ON building (id)').catch((e) => e)
    const exists = async () => (await db.query(`SELECT to_regclass('leftover') IS NOT NULL AS yes`))[0]?.yes
    await expect.poll(exists, { timeout: 20_000 }).toBe(true)
    const meanwhile = await token()
    expect(await definition('leftover')).toMatchObject({ valid: false, being_built: true })
    expect(await definition('leftover', db.blindUrl)).toMatchObject({ valid: false, being_built: null })
    await holder.query('ROLLBACK')
    expect((await built).code).toBe('23505')
    expect(await definition('leftover')).toMatchObject({ valid: false, ready: false, being_built: false })
    expect(await definition('leftover', db.blindUrl)).toMatchObject({ valid: false, being_built: false })
    // So that what is known of indexes is fetched again both times.
    expect(meanwhile).not.toBe(before)
    expect(await token()).not.toBe(meanwhile)
  })

  test.runIf(major >= 15)('nulls not distinct', async () => {
    await db.query(`CREATE TABLE n (a int); CREATE UNIQUE INDEX n_plain ON n (a);
      CREATE UNIQUE INDEX n_strict ON n (a) NULLS NOT DISTINCT`)
    expect((await definition('n_plain')).nulls_not_distinct).toBe(false)
    expect((await definition('n_strict')).nulls_not_distinct).toBe(true)
  })
})
