import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EVERYTHING, TARGET, testBackups } from '../../test/backup.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'
import { buildDatabase } from '../demo/build.ts'
import { asAdmin } from '../demo/database.ts'
import { ROLES } from '../demo/roles.ts'
import { MANIFEST, type Manifest } from './manifest.ts'

const manifestOf = (directory: string, id: string): Manifest =>
  JSON.parse(readFileSync(join(directory, id, MANIFEST), 'utf8'))

/** What is compared by eye of the tests rather than by the code under test. */
const FINGERPRINT = `
  SELECT json_build_object(
    'values', (SELECT json_agg(v::text ORDER BY v::text) FROM values_of v),
    'moods', (SELECT json_agg(m::text ORDER BY m::text) FROM moods m),
    'parts', (SELECT array_agg(tableoid::regclass || ' ' || id ORDER BY id) FROM parts),
    'nothing', (SELECT count(*) FROM nothing), 'animals', (SELECT json_agg(tableoid::regclass || name ORDER BY name) FROM animal),
    'weird', (SELECT json_agg(t::text ORDER BY id) FROM "we""ird 📈"."it's; -- a \\ tåble
with a line" t),
    'summary', (SELECT json_agg(s::text ORDER BY s::text) FROM of_summary s),
    'populated', (SELECT json_agg(ispopulated ORDER BY matviewname) FROM pg_matviews),
    'large', (SELECT json_agg(oid || ' ' || md5(lo_get(oid)) ORDER BY oid) FROM pg_largeobject_metadata),
    'comment', (SELECT obj_description('bag'::regclass)), 'large comment', (SELECT obj_description(4712, 'pg_largeobject')),
    'grants', (SELECT relacl FROM pg_class WHERE oid = 'bag'::regclass), 'large grants', (SELECT lomacl FROM pg_largeobject_metadata WHERE oid = 4712),
    'policies', (SELECT json_agg(qual) FROM pg_policies), 'body', body(-3) + body(4),
    'sequence', (SELECT last_value || ' ' || is_called FROM "odd 'seq"), 'unused', (SELECT last_value || ' ' || is_called FROM never_used),
    'unvalidated', (SELECT count(*) FROM pg_constraint WHERE NOT convalidated), 'foreign keys', (SELECT count(*) FROM pg_constraint WHERE contype = 'f'),
    'unlogged', (SELECT relpersistence FROM pg_class WHERE relname = 'fleeting'))::text AS all`

const fingerprint = async (database: TestDatabase) => {
  await database.query(`SET lc_monetary = 'C'; SET timezone = 'UTC'`)
  return JSON.parse((await database.query(FINGERPRINT))[0]?.all as string)
}

describe.each(majors)('PostgreSQL %i', (major) => {
  let source: TestDatabase
  let empty: TestDatabase
  beforeAll(async () => {
    source = await freshDatabase(major)
    empty = await freshDatabase(major)
    await source.query(EVERYTHING)
  })
  afterAll(() => Promise.all([source?.drop(), empty?.drop()]))

  test('brings back one of everything, proved and restored', async () => {
    const { backups, directory } = await testBackups(source.url)
    const made = await backups.run(TARGET)
    expect(made).toMatchObject({ status: 'done', method: 'built-in', target: TARGET })
    const folder = join(directory, made.id)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)

    const verified = await backups.verify(made.id)
    expect(verified).toMatchObject({ ok: true, notVerifiable: [] })
    expect(verified.seconds).toBeGreaterThan(0)

    const restored = await backups.restore(made.id, empty.url)
    expect(restored.rows).toBe(made.rows)
    expect(await fingerprint(empty)).toEqual(await fingerprint(source))
    // Numbers go on where they were.
    await empty.query(`INSERT INTO "we""ird 📈"."it's; -- a \\ tåble\nwith a line" (t) VALUES ('new')`)
    // What is there is not written over, and nothing of a failed attempt stays.
    await expect(backups.restore(made.id, empty.url)).rejects.toMatchObject({ code: 'not-empty' })
    await expect(backups.restore(made.id, empty.url, { force: true })).rejects.toMatchObject({
      code: 'restore-failed',
      detail: expect.stringContaining('already exists'),
    })
  })
})

describe('a backup', () => {
  let source: TestDatabase
  beforeAll(async () => {
    source = await freshDatabase(LATEST)
    await source.query(`CREATE TABLE t (id int PRIMARY KEY, text text);
      INSERT INTO t SELECT i, repeat('row ' || i, 20) FROM generate_series(1, 20000) i`)
  })
  afterAll(() => source?.drop())

  test('of WedSync is proved and restored', async () => {
    const [shop, empty] = [await freshDatabase(LATEST), await freshDatabase(LATEST)]
    try {
      await asAdmin(shop.url, async (client) => {
        for (const sql of ROLES) await client.query(sql)
      })
      await buildDatabase(shop.url, { scale: 0.02 })
      const { backups } = await testBackups(shop.url, { verify: 'each' })
      const made = await backups.run(TARGET)
      expect(made).toMatchObject({ tables: 12, verified: { ok: true, notVerifiable: [] } })
      expect(backups.state(TARGET)).toMatchObject({ kept: 1, proved: { id: made.id } })
      expect(await backups.restore(made.id, empty.url)).toMatchObject({ tables: 12, rows: made.rows })
    } finally {
      await Promise.all([shop.drop(), empty.drop()])
    }
  })

  test('of an empty database is whole too', async () => {
    const bare = await freshDatabase(LATEST)
    try {
      const { backups } = await testBackups(bare.url)
      const made = await backups.run(TARGET)
      expect(made).toMatchObject({ tables: 0, rows: 0 })
      expect(await backups.verify(made.id)).toMatchObject({ ok: true })
    } finally {
      await bare.drop()
    }
  })

  test('names the file of which one bit has flipped, and is not restored', async () => {
    const { backups, directory } = await testBackups(source.url)
    const { id } = await backups.run(TARGET)
    for (const { name } of manifestOf(directory, id).files) {
      const path = join(directory, id, name)
      const bytes = readFileSync(path)
      const flipped = Buffer.from(bytes)
      flipped[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1
      writeFileSync(path, flipped)
      expect(await backups.verify(id)).toMatchObject({
        ok: false,
        detail: expect.stringMatching(`^${name} is damaged`),
      })
      await expect(backups.restore(id, source.url)).rejects.toMatchObject({ code: 'backup-damaged' })
      writeFileSync(path, bytes)
    }
    const { verified } = (await backups.list())[0] ?? {}
    expect(verified?.ok).toBe(false)
    expect(await backups.verify(id)).toMatchObject({ ok: true })
  })

  test('tells of what was cut, lost, added, or changed in the manifest', async () => {
    const { backups, directory } = await testBackups(source.url)
    const { id } = await backups.run(TARGET)
    const path = (name: string) => join(directory, id, name)
    const manifest = readFileSync(path(MANIFEST), 'utf8')
    const detail = async () => (await backups.verify(id)).detail
    writeFileSync(path(MANIFEST), manifest.replace('"rows": 20000', '"rows": 20001'))
    expect(await detail()).toMatch(/^manifest.json is damaged/)
    writeFileSync(path(MANIFEST), '{')
    expect(await detail()).toMatch(/^manifest.json is damaged: it can not be read/)
    writeFileSync(path(MANIFEST), manifest)
    writeFileSync(path('21-more.sql.gz'), '')
    expect(await detail()).toBe('21-more.sql.gz does not belong to the backup')
    truncateSync(path('20-data-00001.sql.gz'), 100)
    expect(await detail()).toMatch(/20-data-00001.sql.gz has 100 bytes, not \d+/)
  })

  test('is known from its folder alone, and by nobody else’s name', async () => {
    const { backups, directory, again } = await testBackups(source.url)
    const made = await backups.run(TARGET)
    const verified = await backups.verify(made.id)
    const other = await testBackups(source.url, { directory })
    expect(await other.backups.list(TARGET)).toEqual([{ ...made, at: expect.any(Number), verified }])
    expect(await other.backups.verify(made.id)).toMatchObject({ ok: true })
    for (const id of ['../x', '', 'nix', '.', `${TARGET}/x`])
      await expect(again().verify(id)).rejects.toMatchObject({ code: 'unknown-backup' })
  })

  test('keeps the newest, the young, and the newest that was proved', async () => {
    const { backups, directory, ledger, again } = await testBackups(source.url, {
      keep: { last: 2, days: 0 },
    })
    const first = await backups.run(TARGET)
    await backups.verify(first.id)
    const others = [await backups.run(TARGET), await backups.run(TARGET), await backups.run(TARGET)]
    const kept = [others[2], others[1], first].map((b) => b?.id)
    expect((await backups.list(TARGET)).map((b) => b.id)).toEqual(kept)
    expect(readdirSync(directory).sort()).toEqual([...kept].sort())
    expect(
      (await ledger.get<{ removedAt: number }>('backup', others[0]?.id ?? ''))?.value.removedAt,
    ).toBeGreaterThan(0)
    await again({ keep: { last: 1, days: 1 } }).run(TARGET)
    expect(await backups.list(TARGET)).toHaveLength(4)
  })

  test('is refused where it would not be whole', async () => {
    const { backups } = await testBackups(source.blindUrl)
    await expect(backups.run(TARGET)).rejects.toMatchObject({
      code: 'backup-failed',
      detail: expect.stringMatching(
        /^pgtend_blind may not read public.t\. GRANT pg_read_all_data TO pgtend_blind;$/,
      ),
    })
    const [failed] = await backups.list(TARGET)
    expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('may not read') })
    expect(readdirSync(backups.directory)).toEqual([])
    await source.query('GRANT pg_read_all_data TO pgtend_blind; ALTER TABLE t ENABLE ROW LEVEL SECURITY')
    await expect(backups.run(TARGET)).rejects.toMatchObject({
      detail: expect.stringContaining('row-level security'),
    })
    await source.query('ALTER ROLE pgtend_blind BYPASSRLS')
    expect(await backups.run(TARGET)).toMatchObject({ status: 'done', rows: 20_000 })
    await source.query(
      'REVOKE pg_read_all_data FROM pgtend_blind; ALTER ROLE pgtend_blind NOBYPASSRLS; ALTER TABLE t DISABLE ROW LEVEL SECURITY',
    )
    expect(backups.state(TARGET)).toMatchObject({ kept: 1, lastError: null })
  })

  test('shows the moment of its snapshot, whatever happens meanwhile', async () => {
    await source.query('CREATE TABLE gone AS SELECT 1 AS id; CREATE TABLE emptied AS SELECT 2 AS id')
    const { backups } = await testBackups(source.url)
    const others: Promise<unknown>[] = []
    const made = await backups.run(TARGET, {
      onProgress: ({ step }) => {
        if (others.length > 0 || !step.startsWith('Copying')) return
        // All of these wait, or are not seen.
        others.push(source.client().then((c) => c.query('DROP TABLE gone')))
        others.push(source.client().then((c) => c.query('TRUNCATE emptied')))
        others.push(source.client().then((c) => c.query(`INSERT INTO t VALUES (-1, 'late')`)))
      },
    })
    await Promise.all(others)
    expect(others).toHaveLength(3)
    expect(made).toMatchObject({ tables: 3, rows: 20_002 })
    expect(await backups.verify(made.id)).toMatchObject({ ok: true })
  })

  test('of one target is made once at a time', async () => {
    const { backups, again } = await testBackups(source.url)
    const running = await backups.start(TARGET)
    expect(running.status).toBe('running')
    await expect(again().run(TARGET)).rejects.toMatchObject({ code: 'already-running' })
    await backups.stop()
    const [record] = await again().list(TARGET)
    expect(record).toMatchObject({
      id: running.id,
      status: 'failed',
      error: expect.stringContaining('was stopped'),
    })
    expect(readdirSync(backups.directory)).toEqual([])
    await expect(again().run('nix')).rejects.toMatchObject({ code: 'unknown-target' })
  })

  test('that has lost its folder is none', async () => {
    const { backups, directory } = await testBackups(source.url)
    const { id } = await backups.run(TARGET)
    mkdirSync(join(directory, 'away'))
    const { renameSync } = await import('node:fs')
    renameSync(join(directory, id), join(directory, 'away', id))
    expect((await backups.list(TARGET))[0]).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('is gone'),
    })
  })
})
