import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import activity from './activity.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  test('a session idle in a transaction is seen with its ages, its last statement and its locks', async () => {
    await db.query('CREATE TABLE t (id int)')
    const client = await db.client()
    await client.query(`SET application_name = 'rap"per'`)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query('LOCK TABLE t IN SHARE MODE')
    await client.query('INSERT INTO t VALUES (42)')
    await client.query('SELECT pg_sleep(0.05)')
    const row = one(await readProbe(db.monitorUrl, activity), (r) => r.application === 'rap"per')
    expect(row).toMatchObject({
      database: db.name,
      user: 'postgres',
      client: '127.0.0.1',
      state: 'idle in transaction',
      wait_event: 'ClientRead',
      query: 'SELECT pg_sleep(0.05)',
      query_age: null,
      // Share and RowExclusive on the same table.
      locks: 2,
    })
    expect(row.transaction_age).toBeGreaterThan(0.05)
    expect(row.backend_age).toBeGreaterThan(row.transaction_age as number)
    expect(row.state_age).toBeLessThan(row.transaction_age as number)
    expect(row.xmin_age).toBeGreaterThanOrEqual(1)
    await client.query('ROLLBACK')
  })

  test('advisory locks and locks on objects are held too, its own transaction is none', async () => {
    const client = await db.client()
    await client.query(`SET application_name = 'holder'`)
    const locks = async () =>
      one(await readProbe(db.monitorUrl, activity), (r) => r.application === 'holder').locks
    await client.query('BEGIN')
    await client.query('SELECT pg_current_xact_id()')
    expect(await locks()).toBe(0)
    await client.query('SELECT pg_advisory_xact_lock(1), pg_advisory_xact_lock(2, 3)')
    expect(await locks()).toBe(2)
    await client.query('ROLLBACK')
    await client.query('BEGIN')
    await client.query(`COMMENT ON SCHEMA public IS 'ours'`)
    const { rows } = await client.query(
      `SELECT count(*)::int AS objects FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'object'`,
    )
    expect(rows[0].objects).toBeGreaterThan(0)
    const relations = `SELECT count(*)::int AS n FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE a.application_name = 'holder' AND a.datname = current_database() AND l.locktype = 'relation'`
    expect(await locks()).toBe(rows[0].objects + (await db.query(relations))[0]?.n)
    await client.query('ROLLBACK')
    expect(await locks()).toBe(0)
  })

  test('a running statement has an age, and our own session is left out', async () => {
    const client = await db.client()
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    const slept = client.query('SELECT pg_sleep(60)').catch(() => undefined)
    const read = async () => one(await readProbe(db.monitorUrl, activity), (r) => r.pid === rows[0].pid)
    await expect.poll(async () => (await read()).state, { timeout: 20_000 }).toBe('active')
    const row = await read()
    expect(row.query_age).toBeGreaterThan(0)
    expect(row.wait_event).toBe('PgSleep')
    const sessions = await readProbe(db.monitorUrl, activity)
    expect(sessions.filter((r) => r.database === db.name && r.user === 'pgtend_monitor')).toEqual([])
    await db.query('SELECT pg_cancel_backend($1)', [row.pid])
    await slept
  })
})
