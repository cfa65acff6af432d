/** Restored by a role that is no superuser, as managed PostgreSQL gives its users. */
import { expect, onTestFinished, test } from 'vitest'
import { TARGET, testBackups } from '../../test/backup.ts'
import { hostile, quoted } from '../../test/hostile.ts'
import { freshDatabase, majors } from '../../test/servers.ts'
import { canBeLeftOut } from './leave-out.ts'
import { findTools } from './native.ts'

test.each([
  ["COMMENT ON EXTENSION pgcrypto IS 'x';", true],
  ['ALTER TABLE public.t OWNER TO "the ""owner""";', true],
  ['GRANT SELECT ON TABLE public.t TO reader;', true],
  ['CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f();', true],
  ['CREATE POLICY p ON t TO reader USING (true);', false],
  ['ALTER TABLE ONLY public.t ADD CONSTRAINT "x OWNER TO y" CHECK (true);', false],
  ["CREATE TABLE public.t (a text DEFAULT ' OWNER TO x');", false],
])('%s %s', (statement, is) => expect(canBeLeftOut(statement)).toBe(is))

const [owner, restorer] = [hostile('o'), hostile('r')]

/** Things of another owner, and things that only a superuser may make. */
const THEIRS = `
  CREATE EXTENSION pgcrypto; COMMENT ON EXTENSION pgcrypto IS 'ours; or theirs';
  CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t SELECT i, 'n' || i FROM generate_series(1, 100) i;
  CREATE SCHEMA theirs AUTHORIZATION ${quoted(owner)};
  CREATE TABLE theirs.t AS SELECT 1 AS a; ALTER TABLE theirs.t OWNER TO ${quoted(owner)};
  GRANT SELECT ON t TO ${quoted(owner)}; REVOKE USAGE ON SCHEMA public FROM PUBLIC;
  ALTER DEFAULT PRIVILEGES FOR ROLE ${quoted(owner)} GRANT SELECT ON TABLES TO PUBLIC;
  ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t TO ${quoted(owner)} USING (id < 50);
  CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
  CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION noted(); ALTER EVENT TRIGGER seen DISABLE;
  CREATE PUBLICATION everything FOR ALL TABLES;
  COMMENT ON TABLE t IS 'stays'`

const SEEN = `SELECT (SELECT count(*)::int FROM t) AS rows, (SELECT count(*)::int FROM theirs.t) AS theirs,
  (SELECT count(*)::int FROM pg_policies) AS policies, obj_description('t'::regclass) AS comment,
  (SELECT count(*)::int FROM pg_event_trigger) AS events, pg_get_userbyid(relowner) AS owner FROM pg_class WHERE oid = 'theirs.t'::regclass`

const HERE = await Promise.all(
  majors.map(async (major) => ({ major, tools: await findTools('auto', major, { PATH: process.env.PATH }) })),
)
const CASES = HERE.flatMap(({ major, tools }) => [
  { major, tools: 'built-in' },
  ...(tools ? [{ major, tools: 'auto' }] : []),
])

test.each(CASES)(
  'PostgreSQL $major, $tools: first refused with all that is missing, then left out and named',
  async ({ major, tools }) => {
    const [source, empty] = [await freshDatabase(major), await freshDatabase(major)]
    onTestFinished(async () => {
      await source.drop()
      await empty.drop()
    })
    for (const role of [owner, restorer])
      await source.query(
        `DO $$ BEGIN CREATE ROLE ${quoted(role)} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
      )
    for (const database of [source, empty]) await database.query('DROP EXTENSION pg_stat_statements')
    await source.query(THEIRS)
    // As hosters do it: the extension is there, and the administrator's.
    await empty.query('CREATE EXTENSION pgcrypto')
    const [{ name } = {}] = await empty.query('SELECT quote_ident(current_database()) AS name')
    await empty.query(
      `ALTER DATABASE ${name} OWNER TO ${quoted(restorer)}; ALTER SCHEMA public OWNER TO ${quoted(restorer)}`,
    )
    const url = new URL(empty.url)
    url.username = encodeURIComponent(restorer)
    const { backups } = await testBackups(source.url, { tools })
    const { id } = await backups.run(TARGET)

    await expect(backups.restore(id, url.href)).rejects.toMatchObject({
      code: 'restore-rights',
      detail: expect.stringMatching(tools === 'auto' ? /must be/ : /OWNER TO [\s\S]*must be/),
    })
    expect(await empty.query(`SELECT FROM pg_class WHERE relname = 't'`)).toEqual([])

    const { rows, leftOut } = await backups.restore(id, url.href, { leaveOut: true })
    expect(rows).toBe(101)
    expect((await empty.query(SEEN))[0]).toEqual({
      ...{ rows: 100, theirs: 1, policies: 1, comment: 'stays', events: 0, owner: restorer },
    })
    const statements = leftOut.map((l) => l.statement)
    for (const part of [
      'COMMENT ON EXTENSION pgcrypto',
      'theirs.t OWNER TO',
      'CREATE EVENT TRIGGER seen',
      'ALTER DEFAULT PRIVILEGES',
    ])
      expect(
        statements.filter((s) => s.includes(part)),
        part,
      ).toHaveLength(1)
    expect(statements.filter((s) => /CREATE POLICY|COMMENT ON TABLE/.test(s))).toEqual([])

    // What is named is all that is missing: run by an administrator, it is as it was.
    await empty.query(statements.join('\n'))
    expect((await empty.query(SEEN))[0]).toEqual((await source.query(SEEN))[0])
  },
)

test('an extension that only an administrator can install is asked for before anything is done', async () => {
  const major = majors.at(-1) as (typeof majors)[number]
  const [source, empty] = [await freshDatabase(major), await freshDatabase(major)]
  onTestFinished(async () => {
    await source.drop()
    await empty.drop()
  })
  await source.query(
    `DO $$ BEGIN CREATE ROLE ${quoted(restorer)} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
  )
  await empty.query('DROP EXTENSION pg_stat_statements')
  await source.query('CREATE TABLE t AS SELECT 1 AS a')
  const url = new URL(empty.url)
  url.username = encodeURIComponent(restorer)
  const { backups } = await testBackups(source.url)
  const { id } = await backups.run(TARGET)
  await expect(backups.restore(id, url.href, { leaveOut: true })).rejects.toMatchObject({
    code: 'restore-failed',
    detail: expect.stringContaining('CREATE EXTENSION pg_stat_statements;'),
  })
})
