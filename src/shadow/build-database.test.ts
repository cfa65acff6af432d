import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { parseUrl } from '../postgres/url.ts'
import { type Cluster, openCluster } from './build/cluster.ts'
import { databaseName } from './build/database.ts'
import { buildDatabase } from './build-database.ts'
import { collect } from './collect/collect.ts'
import { openPlanner } from './shadow.ts'
import type { RoleRow, Snapshot } from './snapshot.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let home = ''
  let cluster: Cluster
  let database: TestDatabase
  let snapshot: Snapshot
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'pgtend-shadow-'))
    chmodSync(home, 0o755)
    cluster = await openCluster(major, home)
    database = await freshDatabase(major)
    await database.query(`CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION citext SCHEMA ext;
      CREATE TABLE doc (id int PRIMARY KEY, attributes ext.hstore, name ext.citext UNIQUE, n int);
      CREATE INDEX doc_attributes ON doc USING gin (attributes); CREATE INDEX doc_n ON doc (n);
      INSERT INTO doc SELECT i, 'a=>1', 'N' || i, i % 7 FROM generate_series(1, 3000) i; ANALYZE doc`)
    snapshot = await collect(parseUrl(database.url, {}))
  })
  afterAll(async () => {
    await database?.drop()
    await cluster?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  const columns = async (name: string) => {
    const session = await cluster.open(databaseName(name), 'postgres')
    try {
      return await session.query(
        `SELECT attname AS name, (SELECT count(*) FROM pg_statistic WHERE starelid = attrelid AND staattnum = attnum)::text AS statistics
         FROM pg_attribute WHERE attrelid = 'doc'::regclass AND attnum > 0 ORDER BY attnum`,
      )
    } finally {
      await session.end()
    }
  }

  test('an extension that is here is made; its types have their statistics', async () => {
    const { gaps } = await buildDatabase(cluster, databaseName('all'), snapshot)
    expect(gaps).toEqual([])
    expect((await columns('all')).map((c) => c.statistics)).toEqual(['1', '1', '1', '1'])
  })

  test('of one that is not here the types are stubs, and what needs more is named', async () => {
    const renamed = (e: Snapshot['extensions'][number]) =>
      e.name === 'hstore' ? { ...e, name: 'not_here' } : e
    const without = { ...snapshot, extensions: snapshot.extensions.map(renamed) }
    const { gaps } = await buildDatabase(cluster, databaseName('stubs'), without)
    expect(gaps.map((g) => g.object)).toEqual(expect.arrayContaining(['not_here', 'public.doc_attributes']))
    expect((await columns('stubs')).map((c) => c.name)).toEqual(['id', 'attributes', 'name', 'n'])
    const session = await cluster.open(databaseName('stubs'), 'pgtend_planner')
    const plan = await session.query('EXPLAIN SELECT attributes FROM doc WHERE n = 3 ORDER BY id LIMIT 1')
    expect(JSON.stringify(plan)).toContain('doc')
    await session.end()
  })

  test('roles of one name with other rights in another target are told apart; none is a superuser', async () => {
    const role = (bypass: boolean): RoleRow => ({
      name: 'app_user',
      superuser: bypass,
      bypassRowSecurity: false,
      memberOf: [],
    })
    const first = await buildDatabase(cluster, databaseName('a'), {
      ...snapshot,
      roles: [...snapshot.roles, role(false)],
    })
    const second = await buildDatabase(cluster, databaseName('b'), {
      ...snapshot,
      roles: [...snapshot.roles, role(true)],
    })
    const third = await buildDatabase(cluster, databaseName('c'), {
      ...snapshot,
      roles: [...snapshot.roles, role(false)],
    })
    expect(first.roles.get('app_user')).toBe('app_user')
    expect(second.roles.get('app_user')).toBe(`app_user~${databaseName('b')}`)
    expect(third.roles.get('app_user')).toBe('app_user')
    const rows = await cluster.admin.query(
      `SELECT rolname AS name, rolsuper::text AS super, rolbypassrls::text AS bypass, rolcanlogin::text AS login FROM pg_roles WHERE rolname LIKE 'app_user%' ORDER BY 1`,
    )
    expect(rows).toEqual([
      { name: 'app_user', super: 'false', bypass: 'false', login: 'false' },
      { name: `app_user~${databaseName('b')}`, super: 'false', bypass: 'true', login: 'false' },
    ])
  })

  test('a table of many files of 1 GB: a candidate is built on none of them', async () => {
    const gigabytes = (bytes: number) => (r: Snapshot['relations'][number]) =>
      r.name === 'doc' ? { ...r, bytes } : r
    const relations = snapshot.relations.map(gigabytes(5.5 * 1024 ** 3))
    const large = { ...snapshot, relations }
    const built = await buildDatabase(cluster, databaseName('large'), large)
    const { whatIf, close } = await openPlanner(cluster, databaseName('large'), large, built)
    const sql = 'SELECT n FROM doc ORDER BY n LIMIT 5'
    const before = await whatIf.plan({ sql: 'SELECT * FROM doc' })
    const made = await whatIf.create({
      schema: 'public',
      table: 'doc',
      method: 'btree',
      keys: [{ column: 'n' }],
      include: ['id'],
    })
    if ('reason' in made) throw new Error(made.reason)
    const again = await whatIf.plan({ sql: 'SELECT * FROM doc' }, { with: [made] })
    expect(before.cost).toBeGreaterThan(700_000)
    expect(again.cost).toBe(before.cost)
    expect(made.bytes).toBeGreaterThan(1024 ** 3)
    expect((await whatIf.plan({ sql }, { with: [made], without: ['public.doc_n'] })).indexes).toEqual([
      made.name,
    ])
    await whatIf.drop(made)
    await close()
    // Smaller again: what is left of the files counts for nothing.
    const small = await buildDatabase(cluster, databaseName('large'), {
      ...large,
      relations: relations.map(gigabytes(8192 * 20)),
    })
    expect([small.rebuilt, small.refreshed]).toEqual([0, 1])
    const planner = await openPlanner(cluster, databaseName('large'), large, small)
    expect((await planner.whatIf.plan({ sql: 'SELECT * FROM doc' })).cost).toBeLessThan(1000)
    await planner.close()
  })

  test('code of the watched database never runs as a superuser here', async () => {
    await database.query(`CREATE FUNCTION who(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
        IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN RAISE EXCEPTION 'as superuser'; END IF; RETURN t; END $$;
      CREATE DOMAIN checked AS text CHECK (who(VALUE) IS NOT NULL)`)
    // The table is empty: nothing runs it on the watched server, whose superuser makes it.
    await database.query(
      `CREATE TABLE trap (id int, t text); CREATE INDEX trap_t ON trap (who(t)) WHERE t IS NOT NULL; ANALYZE trap`,
    )
    const { gaps } = await buildDatabase(
      cluster,
      databaseName('trap'),
      await collect(parseUrl(database.url, {})),
    )
    expect(gaps).toEqual([])
    const session = await cluster.open(databaseName('trap'), 'pgtend_planner')
    await expect(session.query(`EXPLAIN SELECT * FROM trap WHERE who('x') = t`)).resolves.toHaveLength(2)
    await session.end()
  })
})
