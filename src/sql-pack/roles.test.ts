/** What roles of different rights see: unknown is said, never half an answer. */
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase, majors, serverUrl, type TestDatabase } from '../../test/servers.ts'
import { changePack, type Health, healthOf, rowsOf } from '../../test/sql-pack.ts'

const install = { task: 'install' } as const
const unknown = (rows: Health) =>
  [...rows.values()].filter((r) => r.status === 'unknown').map((r) => r.metric)

describe.each(majors)('on PostgreSQL %i', (major) => {
  let database: TestDatabase
  const made: string[] = []
  const role = async (attributes = '') => {
    const name = `role_${randomBytes(5).toString('hex')}`
    await database.query(`CREATE ROLE ${name} LOGIN ${attributes}`)
    made.push(name)
    const url = serverUrl(major, { database: database.name }).replace('postgres@', `${name}@`)
    return { name, url, sql: (text: string) => rowsOf(url, text) }
  }

  beforeEach(async () => {
    database = await freshDatabase(major)
  })
  afterEach(async () => {
    await database.drop()
    for (const name of made.splice(0)) await rowsOf(serverUrl(major), `DROP ROLE ${name}`)
  })

  test('a role without grants gets unknown rows, each with the grant that helps', async () => {
    await rowsOf(
      database.url,
      `CREATE TABLE secret (id serial, t text); INSERT INTO secret (t) SELECT md5(i::text) FROM generate_series(1, 20000) i`,
    )
    await rowsOf(database.url, 'VACUUM ANALYZE secret')
    await changePack(database.url, { ...install, grant: ['pgtend_blind', 'pgtend_monitor'] })
    await database.query(`UPDATE pgtend.settings SET value = 1000 WHERE name = 'bloat.size'`)
    const rows = await healthOf(database.blindUrl)
    const hidden = [
      'connections',
      'connection_leak',
      'idle_in_transaction',
      'long_transaction',
      'replication_lag',
      'replication_broken',
    ]
    for (const metric of hidden) {
      expect([metric, rows.get(metric)]).toMatchObject([
        metric,
        {
          status: 'unknown',
          value: null,
          details: { reason: 'denied', fix: 'GRANT pg_monitor TO pgtend_blind' },
        },
      ])
    }
    expect(rows.get('sequences')).toMatchObject({
      status: 'unknown',
      details: { unreadable: 1, fix: expect.stringContaining('GRANT') },
    })
    expect(rows.get('table_bloat')).toMatchObject({
      status: 'unknown',
      details: { reason: 'denied', fix: 'GRANT pg_read_all_data TO pgtend_blind' },
    })
    const [bloat] = await rowsOf(
      database.blindUrl,
      `SELECT * FROM pgtend.table_bloat_analysis WHERE table_name = 'secret'`,
    )
    expect(bloat).toMatchObject({ status: 'unknown', bloat_bytes: null, bloat_ratio: null })
    // pg_monitor shows the sessions, not the columns' statistics nor the sequences.
    const seen = unknown(await healthOf(database.monitorUrl))
    for (const metric of hidden) expect(seen).not.toContain(metric)
    expect(seen).toEqual(expect.arrayContaining(['sequences', 'table_bloat']))
  })

  test('a role as Supabase’s postgres: no superuser, pg_monitor, owner of the database, extensions elsewhere', async () => {
    const owner = await role('CREATEROLE')
    const [api, anon] = [await role(), await role()]
    await database.query(`GRANT pg_monitor, pg_read_all_data TO ${owner.name};
      ALTER DATABASE ${database.name} OWNER TO ${owner.name}; ALTER SCHEMA public OWNER TO ${owner.name};
      DROP EXTENSION pg_stat_statements; CREATE SCHEMA extensions AUTHORIZATION ${owner.name};
      CREATE EXTENSION pg_stat_statements SCHEMA extensions;
      ALTER DEFAULT PRIVILEGES FOR ROLE ${owner.name} IN SCHEMA public GRANT ALL ON FUNCTIONS TO ${anon.name}, ${api.name};
      GRANT USAGE ON SCHEMA public TO ${anon.name}, ${api.name}`)
    const change = await changePack(owner.url, { ...install, rpc: true, grant: [api.name] })
    expect(change.warnings).toEqual([])
    await owner.sql('CREATE TABLE mine (id serial); INSERT INTO mine SELECT 1')
    const own = await healthOf(owner.url)
    expect(unknown(own).filter((m) => m !== 'storage' && m !== 'unused_indexes')).toEqual([])
    // As supabase.rpc calls it: the API's role sees nothing by itself, the wrapper all that its owner does.
    expect(unknown(await healthOf(api.url))).toContain('connections')
    expect(unknown(await healthOf(api.url, 'public.check_database_health()'))).toEqual(unknown(own))
    await expect(anon.sql('SELECT * FROM public.check_database_health()')).rejects.toMatchObject({
      code: '42501',
    })
    await expect(anon.sql('SELECT * FROM pgtend.settings')).rejects.toMatchObject({ code: '42501' })
    await expect(api.sql('UPDATE pgtend.settings SET value = 1')).rejects.toMatchObject({ code: '42501' })
    await changePack(owner.url, { task: 'uninstall' })
    expect(await owner.sql(`SELECT 1 AS left FROM pg_namespace WHERE nspname = 'pgtend'`)).toEqual([])
    await database.query(
      `DROP OWNED BY ${anon.name}; DROP OWNED BY ${api.name}; DROP OWNED BY ${owner.name} CASCADE`,
    )
  })

  test('row-level security hides the statistics of its tables, and that is said', async () => {
    const tenant = await role()
    await rowsOf(
      database.url,
      `CREATE TABLE rows (id int, tenant text); INSERT INTO rows SELECT i, 'x' FROM generate_series(1, 9000) i;
      ALTER TABLE rows ENABLE ROW LEVEL SECURITY; GRANT SELECT ON rows TO ${tenant.name}`,
    )
    await rowsOf(database.url, 'VACUUM ANALYZE rows')
    await changePack(database.url, { ...install, grant: [tenant.name] })
    const read = `SELECT status, note FROM pgtend.table_bloat_analysis WHERE table_name = 'rows'`
    expect(await tenant.sql(read)).toEqual([
      { status: 'unknown', note: expect.stringContaining('row-level security') },
    ])
    // PostgreSQL 14 reads counters that may be half a second old.
    await expect.poll(() => database.query(read), { timeout: 20_000 }).toEqual([{ status: 'ok', note: null }])
    await database.query(`DROP OWNED BY ${tenant.name}`)
  })

  test('hostile names, planted functions and operators change nothing', async () => {
    const attacker = await role()
    await database.query(
      `GRANT CREATE ON SCHEMA public TO ${attacker.name}; GRANT CREATE ON DATABASE ${database.name} TO ${attacker.name}`,
    )
    await attacker.sql(`CREATE TABLE public.pwned (n int);
      CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz';
      CREATE FUNCTION public.evil(name, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.pwned VALUES (1); RETURN true; END';
      CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = text, FUNCTION = public.evil)`)
    const hostile = `a"b'c; DROP TABLE public.pwned; --%I $1 \\\\ \u{1F418}`
    const quoted = `"${hostile.replaceAll('"', '""')}"`
    await database.query(`CREATE SCHEMA ${quoted}; CREATE TABLE ${quoted}.${quoted} (${quoted} smallserial);
      INSERT INTO ${quoted}.${quoted} VALUES (32000); SELECT setval(pg_get_serial_sequence('${quoted.replaceAll("'", "''")}.${quoted.replaceAll("'", "''")}', '${hostile.replaceAll("'", "''")}'), 32000);
      CREATE INDEX "${hostile.replaceAll('"', '""')}2" ON ${quoted}.${quoted} (${quoted}); CREATE INDEX ON ${quoted}.${quoted} (${quoted})`)
    await changePack(database.url, { ...install, rpc: true, grant: [attacker.name] })
    await rowsOf(
      `${database.url}?options=${encodeURIComponent('-c search_path=public,pg_catalog')}`,
      'SELECT * FROM pgtend.check_database_health()',
    )
    const rows = await healthOf(database.url)
    expect(rows.get('sequences')?.details.sequences[0].sequence).toContain(
      hostile.slice(0, 3).replaceAll('"', '""'),
    )
    const [needless] = await database.query(
      `SELECT drop_statement FROM pgtend.index_usage_analysis WHERE verdict = 'duplicate' AND schema_name = '${hostile.replaceAll("'", "''")}'`,
    )
    await database.query(String(needless?.drop_statement))
    expect((await healthOf(database.url)).get('duplicate_indexes')?.value).toBe(0)
    expect(await database.query('SELECT count(*)::int AS n FROM public.pwned')).toEqual([{ n: 0 }])
    await database.query(`DROP OWNED BY ${attacker.name} CASCADE`)
  })
})
