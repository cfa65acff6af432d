import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { isOwnStatement } from '../core/own-statement.ts'
import type { Capabilities } from '../core/server.ts'
import { connect } from './session.ts'
import { parseUrl } from './url.ts'

async function capabilitiesOf(url: string): Promise<Capabilities> {
  const session = await connect(parseUrl(url, {}))
  await session.close()
  return session.capabilities
}

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db.drop())

  test('a superuser sees what the server is', async () => {
    const seen = await capabilitiesOf(db.url)
    const [row] = await db.query(`SELECT pg_postmaster_start_time() AS started,
      (SELECT system_identifier::text FROM pg_control_system()) AS system`)
    expect(seen).toMatchObject({
      major,
      database: db.name,
      user: 'postgres',
      systemIdentifier: row?.system,
      role: 'primary',
      superuser: true,
      available: ['pg_stat_statements', 'pgstattuple'],
      pooler: 'none',
      platform: 'self-hosted',
    })
    expect(Math.floor(seen.version / 10_000)).toBe(major)
    expect(Math.abs(seen.startedAt - Number(row?.started))).toBeLessThan(2)
    expect(seen.extensions.pg_stat_statements).toMatchObject({ schema: 'public' })
    expect(seen.settings).toMatchObject({
      max_connections: '60',
      block_size: '8192',
      work_mem: String(4 * 1024 * 1024),
      checkpoint_timeout: '300',
      autovacuum_naptime: '60',
      autovacuum_work_mem: '-1',
      // What the reading itself sets doesn't show.
      statement_timeout: '0',
    })
    expect(seen.settings.shared_preload_libraries).toContain('pg_stat_statements')
    expect('reserved_connections' in seen.settings).toBe(major >= 16)
  })

  test('grants are those that the role has, settings those that it may read', async () => {
    const monitor = await capabilitiesOf(db.monitorUrl)
    expect(monitor.superuser).toBe(false)
    expect(monitor.grants).toEqual(['pg_monitor', 'pg_read_all_settings', 'pg_read_all_stats'])
    expect(monitor.settings.shared_preload_libraries).toContain('pg_stat_statements')
    const blind = await capabilitiesOf(db.blindUrl)
    expect(blind.grants).toEqual([])
    expect(blind.settings.shared_preload_libraries).toBeUndefined()
    expect(blind.settings.max_connections).toBe('60')
    expect(blind.systemIdentifier).toBe(monitor.systemIdentifier)
  })

  test('settings are those that others get: what is set for roles and the database stands beside them', async () => {
    const { name } = db
    expect((await capabilitiesOf(db.monitorUrl)).overrides?.filter((o) => o.database === name)).toEqual([])
    await db.query(`ALTER DATABASE ${name} SET enable_hashjoin = no;
      ALTER DATABASE ${name} SET work_mem = '8 MB';
      ALTER ROLE pgtend_monitor IN DATABASE ${name} SET work_mem = '1GB';
      ALTER ROLE pgtend_monitor IN DATABASE ${name} SET enable_nestloop = off;
      ALTER ROLE pgtend_monitor IN DATABASE ${name} SET idle_in_transaction_session_timeout = '1min';
      ALTER ROLE pgtend_blind IN DATABASE ${name} SET enable_seqscan = off;
      ALTER ROLE pgtend_blind IN DATABASE ${name} SET maintenance_work_mem = '1GB';
      CREATE ROLE ${name} NOLOGIN;
      ALTER ROLE ${name} IN DATABASE ${name} SET enable_sort = off`)
    const seen = await capabilitiesOf(db.monitorUrl)
    expect(seen.settings).toMatchObject({
      enable_hashjoin: 'off',
      enable_seqscan: 'on',
      work_mem: String(8 * 1024 ** 2),
    })
    expect(seen.hiddenSettings).toEqual(['enable_nestloop', 'idle_in_transaction_session_timeout'])
    for (const hidden of seen.hiddenSettings ?? []) expect(seen.settings[hidden]).toBeUndefined()
    const here = seen.overrides?.filter((o) => o.database === name)
    expect(here?.map((o) => [o.setting, o.role, o.value])).toEqual([
      ['enable_hashjoin', null, 'off'],
      ['enable_nestloop', 'pgtend_monitor', 'off'],
      ['enable_seqscan', 'pgtend_blind', 'off'],
      ['idle_in_transaction_session_timeout', 'pgtend_monitor', '60'],
      ['work_mem', 'pgtend_monitor', String(1024 ** 3)],
      ['work_mem', null, String(8 * 1024 ** 2)],
    ])
    // Others see all of it, and our own values are nobody else's.
    const other = await capabilitiesOf(db.blindUrl)
    expect(other.settings).toMatchObject({ enable_nestloop: 'on', idle_in_transaction_session_timeout: '0' })
    expect(other.hiddenSettings).toEqual(['enable_seqscan', 'maintenance_work_mem'])
    const optioned = await capabilitiesOf(
      `${db.url}?options=${encodeURIComponent('-c enable_mergejoin=off')}`,
    )
    expect(optioned.hiddenSettings).toEqual(['enable_mergejoin'])
    await db.query(`ALTER DATABASE ${name} RESET ALL; ALTER ROLE pgtend_monitor IN DATABASE ${name} RESET ALL;
      ALTER ROLE pgtend_blind IN DATABASE ${name} RESET ALL; DROP ROLE ${name}`)
    expect((await capabilitiesOf(db.monitorUrl)).hiddenSettings).toEqual([])
  })

  test('its statements are known to be ours', async () => {
    await capabilitiesOf(db.monitorUrl)
    const sent = await db.query(`SELECT query FROM pg_stat_statements WHERE query LIKE '%pgtend:capabilities%'
      AND userid = 'pgtend_monitor'::regrole`)
    expect(sent.length).toBeGreaterThan(3)
    for (const { query } of sent) expect(isOwnStatement(String(query))).toBe(true)
  })

  test('refresh sees an extension in a schema of its own', async () => {
    const session = await connect(parseUrl(db.monitorUrl, {}))
    expect(session.capabilities.extensions.pgstattuple).toBeUndefined()
    await db.query('CREATE SCHEMA "my tools"; CREATE EXTENSION pgstattuple SCHEMA "my tools"')
    await session.refresh()
    expect(session.capabilities.extensions.pgstattuple?.schema).toBe('my tools')
    await session.close()
  })
})

test('a hoster is known by its own role', async () => {
  const major = majors.at(-1)
  if (major === undefined) throw new Error('no PostgreSQL runs for the tests')
  const db = await freshDatabase(major)
  // In a transaction that is rolled back nobody else would see it, so the role exists for a moment.
  await db.query('CREATE ROLE rdsadmin')
  try {
    expect((await capabilitiesOf(db.blindUrl)).platform).toBe('rds')
  } finally {
    await db.query('DROP ROLE rdsadmin')
    await db.drop()
  }
})
