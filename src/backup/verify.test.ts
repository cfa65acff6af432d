import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TARGET, type TestBackups, testBackups } from '../../test/backup.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../test/servers.ts'
import { readManifest, readText, seal, writeCompressed } from './files.ts'
import { MANIFEST, type Manifest, SUMS } from './manifest.ts'

let source: TestDatabase
beforeAll(async () => {
  source = await freshDatabase(LATEST)
  await source.query(`CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT i, i FROM generate_series(1, 100) i;
    CREATE SEQUENCE s; SELECT nextval('s'); SELECT lo_from_bytea(1, 'abc'); CREATE INDEX n ON t (n); CREATE VIEW v AS SELECT 1 AS one`)
})
afterAll(() => source?.drop())

/** Changes a file of a backup, or what is said of it, as if it had been made so: hashes fit. */
async function forge(
  { directory }: TestBackups,
  id: string,
  file: string,
  change: (sql: string) => string,
  say: (manifest: Manifest) => Partial<Manifest> = () => ({}),
): Promise<void> {
  const folder = join(directory, id)
  const manifest = await readManifest(folder)
  const sql = change(await readText(folder, file))
  for (const name of [file, MANIFEST, SUMS]) rmSync(join(folder, name))
  const written = await writeCompressed(folder, file, [sql])
  const files = manifest.files.map((f) => (f.name === file ? { ...f, ...written } : f))
  await seal(folder, { ...manifest, ...say(manifest), files })
}

const PRE = '10-pre-data.sql.gz'
const ROWS = '20-data-00001.sql.gz'
const SEQUENCES = '30-sequences.sql.gz'
const LARGE = '41-large-objects.sql.gz'
const POST = '50-post-data.sql.gz'

test.each([
  [
    'a changed value',
    ROWS,
    (sql: string) => sql.replace('\n50\t50\n', '\n50\t51\n'),
    'the rows of public.t are not what they were',
  ],
  [
    'a lost row',
    ROWS,
    (sql: string) => sql.replace('\n50\t50\n', '\n'),
    '99 rows came out of 20-data-00001.sql.gz, not 100',
  ],
  ['a cut end', ROWS, (sql: string) => sql.slice(0, -10), 'the end of the rows is missing'],
  [
    'a sequence that is behind',
    SEQUENCES,
    (sql: string) => sql.replace(', 1, true', ', 1, false'),
    'the sequence public.s stands at 1',
  ],
  [
    'a large object',
    LARGE,
    (sql: string) => sql.replace('616263', '616264'),
    'large objects are not what they were',
  ],
  [
    'a lost primary key',
    POST,
    (sql: string) => sql.replace(/ALTER TABLE ONLY public\.t\s+ADD[^;]*;/, ''),
    'constraint public.t t_pkey was not restored',
  ],
  [
    'a lost index',
    POST,
    (sql: string) => sql.replace(/CREATE INDEX n [^;]*;/, ''),
    'index public.n was not restored',
  ],
  [
    'a lost view',
    PRE,
    (sql: string) => sql.replace(/CREATE VIEW[^;]*;/, '').replace(/ALTER VIEW[^;]*;/, ''),
    '1 of 1 views was not restored',
  ],
  ['SQL that is none', POST, (sql: string) => `${sql}\nCREATE NONSENSE x;\n`, 'syntax error'],
  [
    'what needs something that is not there',
    POST,
    (sql: string) => `${sql}\nALTER TABLE public.nix ADD a int;\n`,
    'relation "public.nix" does not exist',
  ],
])('%s is found by restoring, though the hashes of the files fit', async (_, file, change, detail) => {
  const made = await testBackups(source.url)
  const { id } = await made.backups.run(TARGET)
  await forge(made, id, file, change)
  const verified = await made.backups.verify(id)
  expect(verified).toMatchObject({ ok: false, detail: expect.stringContaining(detail) })
  expect(made.backups.state(TARGET)?.newest?.verified?.ok).toBe(false)
})

test('what an embedded server can not have is named as not proved, and the rest is proved', async () => {
  const made = await testBackups(source.url)
  const { id } = await made.backups.run(TARGET)
  const more = `CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;
    CREATE TABLE public.places (at public.geometry);\nALTER TABLE public.places OWNER TO postgres;\n`
  await forge(
    made,
    id,
    PRE,
    (sql) => `${sql}${more}`,
    (manifest) => ({
      tables: [...manifest.tables, { schema: 'public', name: 'places', rows: 3, hash: '17' }],
      extensions: [...manifest.extensions, { name: 'postgis', version: '3.5' }],
      leftOut: ['rows of the foreign table "far"."away"'],
    }),
  )
  const verified = await made.backups.verify(id)
  expect(verified).toMatchObject({ ok: true, detail: expect.stringContaining('1 table with 100 rows') })
  expect(verified.notVerifiable).toEqual([
    expect.stringMatching(/postgis.*is not available/),
    expect.stringMatching(/places.*type "public.geometry" does not exist/),
    expect.stringMatching(/ALTER TABLE public.places.*does not exist/),
    'table public.places was not restored',
    'rows of the foreign table "far"."away"',
  ])
  // Into a real server it isn't begun at all.
  await expect(made.backups.restore(id, source.url, { force: true })).rejects.toMatchObject({
    code: 'restore-failed',
    detail: 'the server does not have the extensions postgis',
  })
})

test('a restore tells beforehand of roles that are not there', async () => {
  const made = await testBackups(source.url)
  const { id } = await made.backups.run(TARGET)
  await forge(
    made,
    id,
    PRE,
    (sql) => sql,
    (manifest) => ({ roles: [...manifest.roles, 'no "such" role'] }),
  )
  await expect(made.backups.restore(id, source.url, { force: true })).rejects.toMatchObject({
    code: 'restore-failed',
    detail: expect.stringContaining('CREATE ROLE "no ""such"" role";'),
  })
})

test('a full scratch disk is told before anything is restored', async () => {
  const made = await testBackups(source.url)
  const { id } = await made.backups.run(TARGET)
  await forge(
    made,
    id,
    PRE,
    (sql) => sql,
    () => ({ databaseBytes: 1e18 }),
  )
  await expect(made.backups.verify(id)).rejects.toMatchObject({
    code: 'restore-failed',
    detail: expect.stringContaining('free'),
  })
})
