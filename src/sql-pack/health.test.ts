/** Sessions and the server as a whole: healthy, then with each fault planted, then healthy again. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { tempFolder } from '../../test/embedded.ts'
import { plantedServer } from '../../test/planted-server.ts'
import { majors } from '../../test/servers.ts'

const folder = tempFolder()
afterAll(() => folder.remove())

describe.each(majors)('on PostgreSQL %i', (major) => {
  const { sql, connect, close, setting, reset, health, until } = plantedServer(major, folder)
  const statusOf = async (metric: string) => (await health()).get(metric)?.status

  test('a healthy server is ok in every row, and everything is known', async () => {
    const rows = await health()
    expect([...rows.values()].filter((r) => r.status !== 'ok')).toEqual([])
    expect(rows.size).toBeGreaterThan(25)
    expect(rows.get('overall')).toMatchObject({ value: 0, details: { coverage: 1 } })
  })

  test('connections: used ones, a leak, the limit of the database', async () => {
    const leaky: pg.Client[] = []
    for (let i = 0; i < 12; i++) leaky.push(await connect('leaky'))
    await setting('connection-leak.idle', 0)
    const rows = await until('connection_leak', 'warning')
    expect(rows.get('connection_leak')).toMatchObject({
      value: 12,
      details: { applications: [{ application: 'leaky', sessions: 12 }] },
    })
    // The same sessions as those of a service that keeps them.
    for (const client of leaky) await client.query(`SET application_name = 'PostgREST 12.2'`)
    await sql('CREATE ROLE authenticator LOGIN')
    await (await connect('api', 'authenticator')).query('SELECT 1')
    expect((await until('connection_leak', 'ok')).get('connection_leak')?.value).toBe(0)
    const used = rows.get('connections')
    expect(used?.details.used).toBe(13)
    expect(used?.value).toBeCloseTo(13 / used?.details.usable, 3)
    await setting('connections-near-limit.warning', 0.4)
    expect(await statusOf('connections')).toBe('warning')
    await setting('connections-near-limit.critical', 0.45)
    expect(await statusOf('connections')).toBe('critical')
    await reset()
    await sql('ALTER DATABASE postgres CONNECTION LIMIT 14')
    expect((await health()).get('connections')).toMatchObject({
      status: 'critical',
      details: { database_limit: 14, database_sessions: 14 },
    })
    // Workers of a parallel query take no connection.
    await sql('CREATE TABLE large WITH (parallel_workers = 2) AS SELECT generate_series(1, 20000) AS n')
    const client = await connect('parallel')
    await client.query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0')
    const slow = client.query('SELECT count(*) FROM large WHERE pg_sleep(0.01) IS NOT NULL').catch(() => {})
    const workers = () => sql("SELECT FROM pg_stat_activity WHERE backend_type = 'parallel worker'")
    await expect.poll(async () => (await workers()).length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect((await health()).get('connections')?.details.database_sessions).toBe(15)
    expect(await workers()).not.toEqual([])
    await sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'parallel'")
    await slow
    await sql('DROP TABLE large')
    await sql('ALTER DATABASE postgres CONNECTION LIMIT -1')
    await close()
    await until('connections', 'ok')
  })

  test('transactions: idle, long, prepared; and who waits for them', async () => {
    await sql('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)')
    const holder = await connect('holder')
    await holder.query('BEGIN; UPDATE t SET id = 1')
    const waiters = [await connect('waiter'), await connect('waiter')]
    const waiting = waiters.map((w) => w.query('UPDATE t SET id = 1'))
    for (const name of ['idle-in-transaction.warning', 'long-transaction.warning']) await setting(name, 0)
    await expect
      .poll(async () => (await health()).get('blocked_sessions')?.value, { timeout: 20_000 })
      .toBe(2)
    const rows = await health()
    expect(rows.get('blocked_sessions')).toMatchObject({
      status: 'warning',
      details: { heads: [{ application: 'holder' }] },
    })
    expect(rows.get('idle_in_transaction')).toMatchObject({
      status: 'warning',
      details: { sessions: [{ application: 'holder', state: 'idle in transaction' }] },
    })
    expect(rows.get('long_transaction')).toMatchObject({
      status: 'warning',
      details: { sessions: [{ application: 'waiter' }, { application: 'waiter' }] },
    })
    await setting('idle-in-transaction.critical', 0)
    await setting('long-transaction.critical', 0)
    await setting('blocked-sessions.critical', 1)
    await setting('blocked-too-long.seconds', 0)
    const worse = await health()
    for (const metric of ['blocked_sessions', 'blocked_longest', 'idle_in_transaction', 'long_transaction'])
      expect([metric, worse.get(metric)?.status]).toEqual([metric, 'critical'])
    expect(worse.get('overall')).toMatchObject({ status: 'critical', value: 4 })
    await holder.query('ROLLBACK')
    await Promise.all(waiting)
    const failed = await connect('failed')
    await failed.query('BEGIN')
    await expect(failed.query('SELECT 1 / 0')).rejects.toThrow('division by zero')
    const aborted = await health()
    expect(aborted.get('connections')?.details).toMatchObject({ aborted: 1, idle_in_transaction: 0 })
    expect(aborted.get('idle_in_transaction')?.details.sessions).toMatchObject([
      { application: 'failed', state: 'idle in transaction (aborted)' },
    ])
    await failed.query('ROLLBACK')
    await sql(`BEGIN; DELETE FROM t; PREPARE TRANSACTION 'two'`)
    expect((await health()).get('prepared_transactions')).toMatchObject({ status: 'warning', value: 1 })
    await sql(`ROLLBACK PREPARED 'two'`)
    await reset()
    const gone = await until('idle_in_transaction', 'ok')
    for (const metric of ['blocked_sessions', 'blocked_longest', 'long_transaction', 'prepared_transactions'])
      expect([metric, gone.get(metric)?.status]).toEqual([metric, 'ok'])
  })

  test('storage against its limit; without one it is unknown, and says what to do', async () => {
    const size = (await health()).get('storage')?.value as number
    await setting('limits.storage', Math.round(size / 0.85))
    expect(await statusOf('storage')).toBe('warning')
    await setting('limits.storage', Math.round(size / 0.95))
    expect((await health()).get('storage')).toMatchObject({
      status: 'critical',
      details: { wal: expect.any(Number) },
    })
    await setting('limits.storage', null)
    const { status, details } = (await health()).get('storage') ?? {}
    expect(status).toBe('unknown')
    await sql(details.fix)
    expect(await statusOf('storage')).toBe('ok')
    await reset()
  })

  test('statements: slow on average, many slow ones', async () => {
    await setting('limits.slowQuery', 0.001)
    await setting('many-slow-queries.statements', 0)
    await sql('SELECT pg_sleep(0.02)')
    const slow = (await health()).get('slow_statements')
    expect(slow?.status).toBe('warning')
    const slowest = slow?.details.slowest ?? []
    expect(slowest.length).toBeGreaterThan(0)
    for (const s of slowest) {
      expect(s.query_id).toMatch(/^-?\d+$/)
      expect(s.mean).toBeGreaterThan(0.0005)
    }
    await setting('slow-average-query.warning', 0)
    expect(await statusOf('average_statement')).toBe('warning')
    await setting('slow-average-query.critical', 0)
    expect(await statusOf('average_statement')).toBe('critical')
    await reset()
    expect(await statusOf('average_statement')).toBe('ok')
    await sql('DROP EXTENSION pg_stat_statements')
    const { status, details } = (await health()).get('slow_statements') ?? {}
    expect(status).toBe('unknown')
    await sql(details.fix)
    expect(await statusOf('slow_statements')).toBe('ok')
  })

  test.each([
    ['track_activities', 'off', ['connection_leak', 'idle_in_transaction', 'long_transaction']],
    ['compute_query_id', 'off', ['average_statement', 'slow_statements']],
    ['pg_stat_statements.track', 'none', ['average_statement', 'slow_statements']],
  ])('%s = %s: what goes by it is unknown until its fix is run', async (name, value, metrics) => {
    const hidden = async () => [...(await health())].filter(([, r]) => r.status === 'unknown').map(([m]) => m)
    expect(await hidden()).toEqual([])
    await sql(`ALTER SYSTEM SET ${name} = ${value}`)
    await sql('SELECT pg_reload_conf()')
    await expect.poll(hidden, { timeout: 20_000 }).toEqual(metrics)
    const rows = await health()
    expect(rows.get(metrics[0] ?? '')?.details).toMatchObject({
      reason: 'missing',
      detail: expect.stringContaining(`${name} is ${value}`),
    })
    // How many there are is known all the same.
    const { used, active } = rows.get('connections')?.details ?? {}
    expect([used > 0, active === undefined]).toEqual([true, name === 'track_activities'])
    // ALTER SYSTEM runs alone.
    for (const part of String(rows.get(metrics[0] ?? '')?.details.fix).split(';')) await sql(part)
    await expect.poll(hidden, { timeout: 20_000 }).toEqual([])
  })

  test('deadlocks, cache hits, transaction ids', async () => {
    await sql('CREATE TABLE d (id int); INSERT INTO d VALUES (1), (2)')
    const [a, b] = [await connect(), await connect()]
    await setting('deadlocks.perDay', 0)
    await a.query('BEGIN; UPDATE d SET id = id WHERE id = 1')
    await b.query('BEGIN; UPDATE d SET id = id WHERE id = 2')
    await Promise.allSettled([
      a.query('UPDATE d SET id = id WHERE id = 2'),
      b.query('UPDATE d SET id = id WHERE id = 1'),
    ])
    await close()
    expect((await until('deadlocks', 'warning')).get('deadlocks')?.value).toBe(1)
    await setting('cache-hit.blocks', 1)
    await setting('cache-hit.warning', 1)
    expect(await statusOf('cache_hit')).toBe('warning')
    await setting('cache-hit.critical', 1)
    expect(await statusOf('cache_hit')).toBe('critical')
    await setting('wraparound.warning', 0)
    expect((await health()).get('wraparound')).toMatchObject({
      status: 'warning',
      details: { xid_age: expect.any(Number) },
    })
    await setting('wraparound.critical', 0)
    expect(await statusOf('wraparound')).toBe('critical')
    await reset()
    await sql('DROP TABLE d')
    const gone = await health()
    for (const metric of ['deadlocks', 'wraparound'])
      expect([metric, gone.get(metric)?.status]).toEqual([metric, 'ok'])
  })

  test('a slot that holds back WAL, and is then lost', async () => {
    await sql(`SELECT pg_create_physical_replication_slot('left', true)`)
    const wal = () =>
      sql(`SELECT pg_switch_wal() FROM (SELECT pg_logical_emit_message(false, 'x', $1)) m`, [
        randomBytes(32).toString('hex'),
      ])
    await wal()
    await setting('slot-retains-wal.warning', 1000)
    expect((await health()).get('slot_retained_wal')).toMatchObject({
      status: 'warning',
      details: { slots: [{ slot: 'left' }] },
    })
    await setting('slot-retains-wal.critical', 1000)
    expect(await statusOf('slot_retained_wal')).toBe('critical')
    await setting('slot-retains-wal.warning', 1e12)
    await setting('slot-retains-wal.critical', 1e12)
    for (let i = 0; i < 8; i++) await wal()
    expect((await health()).get('slot_retained_wal')).toMatchObject({
      status: 'critical',
      details: { slots: [{ slot: 'left', wal_status: 'unreserved' }] },
    })
    const limit = (size: string) => sql(`ALTER SYSTEM SET max_slot_wal_keep_size = '${size}'`)
    const reload = () => sql('SELECT pg_reload_conf()')
    await limit('-1')
    await reload()
    await until('slot_retained_wal', 'ok')
    await sql('ALTER SYSTEM RESET max_slot_wal_keep_size')
    await reload()
    await until('slot_retained_wal', 'critical')
    await sql('CHECKPOINT')
    const lost = await until('replication_broken', 'critical')
    expect(lost.get('replication_broken')).toMatchObject({
      details: { lost_slots: ['left'], disconnected: false },
    })
    await sql(`SELECT pg_drop_replication_slot('left')`)
    await reset()
    expect([...(await health()).values()].filter((r) => r.status !== 'ok')).toEqual([])
  })
})
