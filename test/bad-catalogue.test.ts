/** Catalogues as bad as they come: all probes and `check` on them answer, and a clean database has no finding at all. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run as runCli } from '../src/cli/run.ts'
import { probes } from '../src/probes/index.ts'
import { testIo } from './io.ts'
import { type Look, look, run } from './observe.ts'
import { freshDatabase, LATEST, majors, serverUrl, type TestDatabase } from './servers.ts'

/** All that failed, but for what this server can't have or what needs another sample. */
const failures = (seen: Look): unknown[] =>
  probes.flatMap(({ name }) => {
    const outcome = seen.tables.get(name)
    return outcome === undefined ||
      outcome.ok ||
      outcome.reason === 'unsupported' ||
      outcome.reason === 'pending'
      ? []
      : [{ name, ...outcome }]
  })

const check = async (url: string, ...more: string[]) => {
  const { io, out, err } = testIo()
  const code = await runCli(['check', url, '--interval', '0.1', ...more], io)
  return { code, out: out(), err: err() }
}

const HOSTILE = [
  'x"; DROP TABLE "y"; --',
  "it's \\ $1 %s %I",
  '\u202e right to left \u0007',
  ' ',
  'pg_toast_like',
  'ü'.repeat(31),
  '<img src=x onerror=alert(1)>',
  'new\nline\ttab',
]
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

describe.each([...new Set([majors[0] ?? LATEST, LATEST])])('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  test('a clean database: no finding, nothing unknown, exit code 0', async () => {
    const seen = await look(db.url)
    // Sessions of other tests are on the server.
    const own = seen.health.findings.filter(
      (f) => !/session|transaction|pid|instance|connections/.test(f.subject),
    )
    expect(own).toEqual([])
    const objects = [
      'table-bloat',
      'index-bloat',
      'invalid-index',
      'unindexed-foreign-key',
      'sequence-near-end',
      'vacuum-overdue',
    ]
    expect(seen.health.unknown.filter((u) => objects.includes(u.rule))).toEqual([])
    expect(seen.opportunities('drop-unused-index')).toEqual([])
  })

  test('hostile names, no columns, partitions three deep, foreign, unlogged and temporary tables', async () => {
    const other = await db.client()
    await other.query(
      'CREATE TEMP TABLE passing (id serial PRIMARY KEY, note text); INSERT INTO passing VALUES (1)',
    )
    await run(
      db.url,
      ...HOSTILE.flatMap((name) => [
        `CREATE SCHEMA ${quote(`s ${name}`)}`,
        `CREATE TABLE ${quote(`s ${name}`)}.${quote(name)} (${quote(name)} serial PRIMARY KEY, ${quote(`${name.slice(0, 20)}2`)} int)`,
        `CREATE INDEX ${quote(`i ${name.slice(0, 20)}`)} ON ${quote(`s ${name}`)}.${quote(name)} (${quote(`${name.slice(0, 20)}2`)})`,
        `ALTER TABLE ${quote(`s ${name}`)}.${quote(name)} ADD CONSTRAINT ${quote(`k ${name.slice(0, 20)}`)}
          FOREIGN KEY (${quote(`${name.slice(0, 20)}2`)}) REFERENCES ${quote(`s ${name}`)}.${quote(name)}`,
      ]),
      'CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES; ALTER TABLE nothing ADD a int; ALTER TABLE nothing DROP a',
      `CREATE TABLE p (a int, b int, c int, PRIMARY KEY (a, b, c)) PARTITION BY LIST (a);
        CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1) PARTITION BY LIST (b);
        CREATE TABLE p11 PARTITION OF p1 FOR VALUES IN (1) PARTITION BY LIST (c);
        CREATE TABLE p111 PARTITION OF p11 DEFAULT; CREATE TABLE empty_parent (a int) PARTITION BY LIST (a)`,
      'CREATE UNLOGGED TABLE fleeting (id serial PRIMARY KEY)',
      `CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere;
        CREATE FOREIGN TABLE distant (id int) SERVER far;
        CREATE FOREIGN TABLE away PARTITION OF empty_parent DEFAULT SERVER far`,
      'CREATE TYPE pair AS (a int, b text); CREATE VIEW seen AS SELECT 1 AS a; CREATE TABLE child () INHERITS (fleeting)',
    )
    // Not the foreign ones, which nobody answers for.
    await run(db.url, 'ANALYZE p; ANALYZE fleeting; ANALYZE nothing')
    for (const url of [db.url, db.monitorUrl]) {
      const seen = await look(url)
      expect(failures(seen).filter((f) => (f as { reason: string }).reason !== 'denied')).toEqual([])
    }
    const seen = await look(db.url)
    expect(failures(seen)).toEqual([])
    const names = seen.rows('tables').map((t) => t.table)
    expect(names).toEqual(expect.arrayContaining(HOSTILE))
    expect(names).not.toContain('passing')
    expect(seen.rows('sequence-usage').map((s) => s.table)).not.toContain('passing')
    // Each key has its index: nothing to say.
    expect(seen.findings('unindexed-foreign-key')).toEqual([])
    expect(seen.rows('partitioned-tables').map((p) => [p.table, p.depth])).toContainEqual(['p', 3])
    const whole = seen.rows('partitioned-tables').find((p) => p.table === 'p')
    expect(seen.rows('tables').filter((t) => t.root !== null)).toMatchObject([
      { table: 'p111', root: whole?.oid },
    ])
    const { out, err } = await check(db.url, '--json')
    expect(err).toBe('')
    expect(JSON.parse(out)).toMatchObject({ coverage: expect.any(Number) })
    const text = await check(db.url)
    // A name can't drive the terminal.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(text.out).not.toMatch(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u202e]/)
  })

  test('objects that come and go while a cycle reads', async () => {
    const busy = await db.client()
    let going = true
    const churn = (async () => {
      for (let n = 0; going; n++)
        await busy.query(
          `CREATE TABLE churn_${n} (id serial PRIMARY KEY, other int REFERENCES churn_${n}); CREATE INDEX ON churn_${n} (other);
            DROP TABLE churn_${n}`,
        )
    })()
    try {
      for (let n = 0; n < 5; n++) {
        const failed = failures(await look(db.url)) as { name: string; reason: string; detail: string }[]
        // What vanished between plan and execution may cost a lookup its turn, never a cycle.
        for (const f of failed)
          expect([f.name, f.reason, f.detail]).toEqual([
            f.name,
            expect.stringMatching(/timeout|failed/),
            expect.stringMatching(/lock|does not exist|could not open/),
          ])
        expect(failed.length).toBeLessThanOrEqual(2)
      }
    } finally {
      going = false
      await churn
    }
    expect(failures(await look(db.url))).toEqual([])
  })

  test('statement texts of 1 MB', async () => {
    const note = 'y'.repeat(1_000_000)
    await run(db.url, `SELECT 1 AS long_one /* ${note} */`, `SELECT '${note}' AS long_two`)
    const client = await db.client()
    const running = client.query(`SELECT pg_sleep(2), '${note}'`)
    const seen = await look(db.url)
    expect(failures(seen)).toEqual([])
    for (const text of seen.rows('statement-texts').map((t) => String(t.query)))
      expect(text.length).toBeLessThanOrEqual(10_000)
    await running
  })
})

describe.each(['SQL_ASCII', 'LATIN1', 'EUC_JP'])('a database in %s', (encoding) => {
  const name = `enc_${encoding.toLowerCase()}_${process.pid}`
  const admin = serverUrl(LATEST)
  const url = serverUrl(LATEST, { database: name })
  beforeAll(async () => {
    await run(
      admin,
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
    )
    await run(url, 'CREATE EXTENSION pg_stat_statements')
  })
  afterAll(() => run(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))

  test('is read with its own names', async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const own = { SQL_ASCII: 'bytes', LATIN1: 'Gäste é', EUC_JP: '招待客' }[encoding] as string
    await client.query(
      `CREATE TABLE "${own}" (id serial PRIMARY KEY, "${own}" text); INSERT INTO "${own}" ("${own}") VALUES ('x')`,
    )
    if (encoding === 'SQL_ASCII') {
      // Bytes that are no UTF-8, as such a database may hold: chr() makes one byte there.
      await client.query(`DO $$ BEGIN EXECUTE 'CREATE TABLE "' || chr(228) || 'rger" (id serial)'; END $$`)
    }
    await client.end()
    const seen = await look(url)
    // Texts of the server's other databases may hold what this encoding does not have; nothing else is lost by that.
    expect(failures(seen).filter((f) => (f as { name: string }).name !== 'statement-texts')).toEqual([])
    for (const f of failures(seen))
      expect(f).toMatchObject({ reason: 'failed', fix: expect.stringContaining('in UTF8') })
    expect(seen.rows('tables').map((t) => t.table)).toContain(own)
    expect((await check(url, '--json')).err).toBe('')
  })
})
