/** Installing, upgrading and removing the pack, on each major. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'
import { changePack, healthOf, rowsOf } from '../../test/sql-pack.ts'
import { parseUrl } from '../postgres/url.ts'
import { loadPack, type Pack } from './pack.ts'
import { openSqlPack } from './sql-pack.ts'

const pack = loadPack()
let database: TestDatabase

const install = { task: 'install' } as const
const uninstall = { task: 'uninstall' } as const

/** Everything that a database could be left with. */
const INVENTORY = `SELECT 'schema ' || nspname AS what FROM pg_namespace WHERE nspname !~ '^pg_'
  UNION ALL SELECT 'relation ' || relnamespace::regnamespace || '.' || relname FROM pg_class WHERE oid >= 16384
  UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE oid >= 16384
  UNION ALL SELECT 'type ' || typnamespace::regnamespace || '.' || typname FROM pg_type WHERE oid >= 16384
  UNION ALL SELECT 'comment ' || objoid FROM pg_description WHERE objoid >= 16384 ORDER BY 1`
const inventory = async () => (await database.query(INVENTORY)).map((row) => row.what)
/** What each object is, without the oids that differ from one installation to the next. */
const definitions = () =>
  database.query(`SELECT p.proname AS name, pg_get_functiondef(p.oid) AS text, p.proacl::text AS acl FROM pg_proc p
      WHERE pronamespace = 'pgtend'::regnamespace
    UNION ALL SELECT relname, pg_get_viewdef(oid), relacl::text FROM pg_class
      WHERE relnamespace = 'pgtend'::regnamespace AND relkind = 'v' ORDER BY 1`)

describe.each(majors)('on PostgreSQL %i', (major) => {
  beforeEach(async () => {
    database = await freshDatabase(major)
  })
  afterEach(() => database.drop())

  test('removing it leaves the database as it was', async () => {
    const before = await inventory()
    await changePack(database.url, { ...install, rpc: true, grant: ['pgtend_monitor'] })
    expect((await inventory()).length).toBeGreaterThan(before.length + 40)
    await changePack(database.url, uninstall)
    expect(await inventory()).toEqual(before)
  })

  test('installing again puts back what is broken and keeps settings and grants', async () => {
    await changePack(database.url, { ...install, grant: ['pgtend_monitor'] })
    const whole = await definitions()
    await database.query('DROP FUNCTION pgtend.health_storage')
    await database.query(`DELETE FROM pgtend.settings WHERE name = 'bloat.size'`)
    await database.query(`UPDATE pgtend.settings SET value = 0.123 WHERE name = 'dead-rows.warning'`)
    const broken = await rowsOf(database.url, 'SELECT * FROM pgtend.check_database_health()')
    for (const [metric, missing] of [
      ['storage', 'health_storage'],
      ['table_bloat', 'bloat.size'],
    ]) {
      expect(broken.find((row) => row.metric === metric)).toMatchObject({
        status: 'unknown',
        details: {
          detail: expect.stringContaining(missing as string),
          fix: expect.stringContaining('install'),
        },
      })
    }
    const change = await changePack(database.url, install)
    expect(change.does.join(' ')).toContain('dead-rows.warning')
    expect(await definitions()).toEqual(whole)
    expect(
      await database.query(`SELECT name FROM pgtend.settings WHERE value IS DISTINCT FROM default_value`),
    ).toEqual([{ name: 'dead-rows.warning' }])
    await healthOf(database.monitorUrl)
  })

  test('what somebody built on it makes removing stop, with nothing dropped', async () => {
    await changePack(database.url, { ...install, rpc: true })
    const before = await inventory()
    await database.query('CREATE VIEW public.mine AS SELECT * FROM pgtend.index_usage_analysis')
    await expect(changePack(database.url, uninstall)).rejects.toMatchObject({
      code: 'sql-pack',
      detail: expect.stringMatching(/view (public\.)?mine depends/),
    })
    await database.query('DROP VIEW public.mine')
    await database.query('CREATE TABLE pgtend."their ""own"" table" ()')
    await expect(changePack(database.url, uninstall)).rejects.toMatchObject({
      code: 'sql-pack',
      detail: expect.stringContaining('their ""own"" table'),
    })
    await database.query('DROP TABLE pgtend."their ""own"" table"')
    expect(await inventory()).toEqual(before)
    await changePack(database.url, uninstall)
  })

  test('nobody is let in by default privileges, only by a grant', async () => {
    await database.query(`ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO pgtend_blind;
      ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO pgtend_blind;
      ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO pgtend_blind`)
    await changePack(database.url, { ...install, rpc: true })
    const acls =
      await database.query(`SELECT 1 FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        WHERE p.oid >= 16384 AND (p.pronamespace = 'pgtend'::regnamespace OR p.proname = 'check_database_health')
          AND a.grantee <> p.proowner
      UNION ALL SELECT 2 FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'pgtend'::regnamespace AND a.grantee <> c.relowner
      UNION ALL SELECT 3 FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'pgtend' AND a.grantee <> n.nspowner`)
    expect(acls).toEqual([])
    for (const call of ['pgtend.check_database_health()', 'public.check_database_health()'])
      await expect(rowsOf(database.blindUrl, `SELECT * FROM ${call}`)).rejects.toMatchObject({
        code: '42501',
      })
    await changePack(database.url, { ...install, grant: ['pgtend_blind'] })
    await healthOf(database.blindUrl)
    await healthOf(database.blindUrl, 'public.check_database_health()')
    const opened = await openSqlPack(parseUrl(database.url, {}))
    expect(await opened.state()).toMatchObject({
      guests: ['pgtend_blind'],
      rpcGuests: ['pgtend_blind'],
      rpc: 'ours',
    })
    await opened.close()
  })

  test('every function looks names up in pg_catalog only', async () => {
    await changePack(database.url, { ...install, rpc: true })
    const loose = await database.query(`SELECT oid::regprocedure::text AS name FROM pg_proc
      WHERE oid >= 16384 AND (pronamespace = 'pgtend'::regnamespace OR proname = 'check_database_health')
        AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp']`)
    expect(loose).toEqual([])
  })
})

describe('an older or newer one', () => {
  beforeEach(async () => {
    database = await freshDatabase(LATEST)
  })
  afterEach(() => database.drop())

  /** The next version: a function less, another default, a column more in a view. */
  const next: Pack = {
    ...pack,
    version: pack.version + 1,
    install: pack.install
      .replaceAll(`SQL pack, version ${pack.version}`, `SQL pack, version ${pack.version + 1}`)
      .replace("('deadlocks.perDay', 1,", "('deadlocks.perDay', 2,")
      .replace("('drop-unused-index.days', 14,", "('drop-unused-index.days', 15,"),
    upgrades: new Map([[pack.version, 'DROP FUNCTION pgtend.locked_relations(); -- by the next one; gone']]),
  }

  test('an upgrade goes through its steps and keeps what was changed', async () => {
    await changePack(database.url, { ...install, rpc: true, grant: ['pgtend_monitor'] })
    await database.query(`UPDATE pgtend.settings SET value = 30 WHERE name = 'drop-unused-index.days'`)
    const change = await changePack(database.url, { task: 'upgrade' }, next)
    expect(change.does[0]).toContain(`from version ${pack.version} to version ${next.version}`)
    expect(
      await database.query(`SELECT pgtend.version() AS version, pgtend.setting('deadlocks.perDay')::int AS untouched,
        pgtend.setting('drop-unused-index.days')::int AS changed`),
    ).toEqual([{ version: next.version, untouched: 2, changed: 30 }])
    await healthOf(database.monitorUrl)
    await expect(changePack(database.url, install)).rejects.toMatchObject({
      code: 'sql-pack',
      detail: expect.stringContaining('newer pgtend'),
    })
  })

  test('a step that fails leaves the old version whole', async () => {
    await changePack(database.url, install)
    const before = await definitions()
    const broken = {
      ...next,
      upgrades: new Map([[pack.version, 'DROP VIEW pgtend.index_usage_analysis; DROP TABLE public.nowhere']]),
    }
    await expect(changePack(database.url, { task: 'upgrade' }, broken)).rejects.toMatchObject({
      code: 'sql-pack',
    })
    expect(await definitions()).toEqual(before)
    expect(await database.query('SELECT pgtend.version() AS version')).toEqual([{ version: pack.version }])
  })

  test('a schema or function of the same name that is somebody else’s is never touched', async () => {
    await database.query('CREATE SCHEMA pgtend; CREATE TABLE pgtend.settings (mine int)')
    for (const request of [install, uninstall])
      await expect(changePack(database.url, request)).rejects.toMatchObject({ code: 'sql-pack' })
    await database.query(`DROP SCHEMA pgtend CASCADE;
      CREATE FUNCTION public.check_database_health() RETURNS int LANGUAGE sql AS 'SELECT 7'`)
    await expect(changePack(database.url, { ...install, rpc: true })).rejects.toMatchObject({
      code: 'sql-pack',
    })
    await changePack(database.url, install)
    await changePack(database.url, uninstall)
    expect(await database.query('SELECT public.check_database_health() AS n')).toEqual([{ n: 7 }])
  })

  test('what was not there when the change was shown is not done', async () => {
    const opened = await openSqlPack(parseUrl(database.url, {}))
    const change = await opened.plan(install)
    await changePack(database.url, install)
    await expect(opened.apply(install, change)).rejects.toMatchObject({ code: 'plan-changed' })
    await opened.close()
  })

  test('two at once: one waits for the other, and neither breaks it', async () => {
    const results = await Promise.allSettled([1, 2, 3].map(() => changePack(database.url, install)))
    expect(results.some((r) => r.status === 'fulfilled')).toBe(true)
    for (const r of results)
      if (r.status === 'rejected') expect(r.reason).toMatchObject({ code: 'plan-changed' })
    await healthOf(database.url)
  })

  test('a role without the right, one that does not exist, and nothing to remove are refused', async () => {
    await expect(changePack(database.monitorUrl, install)).rejects.toMatchObject({ code: 'sql-pack' })
    await expect(changePack(database.url, { ...install, grant: ['no"body'] })).rejects.toMatchObject({
      detail: 'there is no role no"body',
    })
    await expect(changePack(database.url, uninstall)).rejects.toMatchObject({ code: 'sql-pack' })
    await expect(changePack(database.url, { task: 'upgrade' })).rejects.toMatchObject({ code: 'sql-pack' })
  })

  test('whoever holds a lock on it makes it give up soon', async () => {
    await changePack(database.url, install)
    const other = await database.client()
    await other.query('BEGIN; LOCK TABLE pgtend.settings')
    await expect(changePack(database.url, uninstall)).rejects.toMatchObject({
      code: 'sql-pack',
      detail: expect.stringContaining('lock'),
    })
    await other.query('ROLLBACK')
  })
})
