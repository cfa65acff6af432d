import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import type { ConfigInput } from '../../src/monitor/config.ts'
import { start, tempFolder } from '../embedded.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'
import { majors } from '../servers.ts'

/** Autovacuum begins at once, and nobody's wait ends it before it is looked at. */
const settings = {
  ...{ wal_level: 'logical', autovacuum_naptime: '1s', deadlock_timeout: '10min', fsync: 'off' },
  // So that it does not come along by itself.
  autovacuum_vacuum_insert_threshold: '-1',
}
const CONFIG: ConfigInput = { thresholds: { 'blocked-too-long': { seconds: 0 } } }
/** Goes on for minutes, page by page, once autovacuum begins. */
const SLOWLY = 'autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1'

describe.each(majors)('PostgreSQL %i', (major) => {
  const folder = tempFolder()
  const clients: pg.Client[] = []
  let server: EmbeddedServer
  const open = async (config: object = {}) => {
    const client = new pg.Client({ connectionString: server.url(), ...config })
    client.on('error', () => {})
    await client.connect()
    clients.push(client)
    return client
  }
  const see = () => look(server.url(), CONFIG)
  const heads = (seen: Look, table: string) =>
    seen.findings('blocked-sessions').filter((f) => f.evidence.relation === table)
  /** A session that wants a table for itself for a moment: how its wait ended, and what makes it give up. */
  const wants = async (table: string) => {
    const client = await open()
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    const ended = client.query(`BEGIN; LOCK TABLE ${table}; COMMIT`).then(
      () => 'locked',
      (error: pg.DatabaseError) => error.code,
    )
    return {
      ended,
      giveUp: async () => {
        await run(server.url(), `SELECT pg_cancel_backend(${rows[0].pid})`)
        expect(await ended).toBe('57014')
      },
    }
  }
  const workers = (table: string) =>
    run(
      server.url(),
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'autovacuum worker' AND query LIKE '%${table}%'`,
    )

  beforeAll(async () => {
    server = await start(folder.fresh(), { major, settings })
  })
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.end())))
  afterAll(async () => {
    await server?.stop('immediate')
    folder.remove()
  })

  test('autovacuum against wraparound is named as such and never to be ended; who waits gives up', async () => {
    const burn = `DO $$ BEGIN FOR i IN 1..60000 LOOP
        BEGIN INSERT INTO burnt VALUES (i); EXCEPTION WHEN others THEN NULL; END;
      END LOOP; END $$`
    await run(
      server.url(),
      `CREATE TABLE old WITH (autovacuum_enabled = off, ${SLOWLY}) AS SELECT g FROM generate_series(1, 500000) g`,
      'CREATE TABLE burnt (n int) WITH (autovacuum_enabled = off)',
      ...[burn, burn, burn],
      'ALTER TABLE old SET (autovacuum_freeze_max_age = 100000)',
    )
    expect(heads(await see(), 'public.old')).toEqual([])
    await expect.poll(() => workers('public.old'), { timeout: 60_000 }).toHaveLength(1)
    const [worker] = await workers('public.old')
    const pid = worker?.pid as number
    const waiter = await wants('public.old')
    const seen = await lookUntil(see, (s) => heads(s, 'public.old').length > 0)
    const name = `The autovacuum of public.old to prevent wraparound (pid ${pid})`
    expect(heads(seen, 'public.old')).toMatchObject([
      {
        subject: `pid ${pid}`,
        summary: `${name} blocks 1 session. It is not to be ended: it is the autovacuum that prevents transaction id wraparound. Let it finish, or cancel what waits for it.`,
        evidence: { backend_type: 'autovacuum worker' },
      },
    ])
    expect(seen.findings('blocked-too-long', `pid ${pid}`)).toMatchObject([
      { summary: expect.stringContaining('It is not to be ended') },
    ])
    expect(seen.rows('blocking-tree')[0]).toMatchObject({
      ...{ pid, is_root: true, backend_type: 'autovacuum worker', state: null },
      query: expect.stringMatching(/^autovacuum: VACUUM.* public\.old \(to prevent wraparound\)$/),
    })

    await waiter.giveUp()
    expect(heads(await see(), 'public.old')).toEqual([])
    expect(await workers('public.old')).toEqual([{ pid }])
    await run(server.url(), `DO $$ BEGIN PERFORM pg_cancel_backend(${pid}); END $$`)
  })

  test('any other autovacuum gives way by itself', async () => {
    await run(
      server.url(),
      `CREATE TABLE dead WITH (${SLOWLY}) AS SELECT g FROM generate_series(1, 500000) g`,
    )
    expect(heads(await see(), 'public.dead')).toEqual([])
    await run(server.url(), 'DELETE FROM dead')
    await expect.poll(() => workers('VACUUM%public.dead'), { timeout: 60_000 }).toHaveLength(1)
    const waiter = await wants('dead')
    const seen = await lookUntil(see, (s) => heads(s, 'public.dead').length > 0)
    expect(heads(seen, 'public.dead')).toMatchObject([
      {
        summary: expect.stringMatching(
          /^The autovacuum of public\.dead \(pid \d+\) blocks 1 session\. It gives way by itself/,
        ),
      },
    ])
    const patient = await open()
    await patient.query(`SET deadlock_timeout = '10ms'`)
    const locked = patient.query('BEGIN; LOCK TABLE dead; COMMIT')
    await expect.poll(async () => heads(await see(), 'public.dead'), { timeout: 60_000 }).toEqual([])
    await locked
    expect(await waiter.ended).toBe('locked')
  })

  test('a walsender that reads a table is named as such', async () => {
    await run(server.url(), 'CREATE TABLE copied ()')
    expect(heads(await see(), 'public.copied')).toEqual([])
    // As the first copy of a subscription does, which reads through a walsender.
    const copy = await open({ replication: 'database' })
    await copy.query('BEGIN')
    await copy.query('TABLE copied')
    const waiter = await wants('copied')
    const seen = await lookUntil(see, (s) => heads(s, 'public.copied').length > 0)
    expect(heads(seen, 'public.copied')).toMatchObject([
      {
        summary: expect.stringMatching(
          /^The walsender \(pid \d+\) blocks 1 session\. It is not to be ended: it sends WAL/,
        ),
      },
    ])
    await waiter.giveUp()
    expect(heads(await see(), 'public.copied')).toEqual([])
    await copy.query('ROLLBACK')
  })

  test('a worker of logical replication that changes a table is named as such', async () => {
    const other = server.url({ database: 'publisher' })
    await run(server.url(), 'CREATE DATABASE publisher')
    await run(
      other,
      'CREATE TABLE sent (id int PRIMARY KEY)',
      'CREATE PUBLICATION p FOR TABLE sent',
      `SELECT pg_create_logical_replication_slot('s', 'pgoutput')`,
    )
    await run(
      server.url(),
      'CREATE TABLE sent (id int PRIMARY KEY)',
      'CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$',
      'CREATE TRIGGER slow BEFORE INSERT ON sent FOR EACH ROW EXECUTE FUNCTION slow()',
      'ALTER TABLE sent ENABLE ALWAYS TRIGGER slow',
      `CREATE SUBSCRIPTION s CONNECTION '${other}' PUBLICATION p WITH (create_slot = false, copy_data = false)`,
    )
    expect(heads(await see(), 'public.sent')).toEqual([])
    await run(other, 'INSERT INTO sent VALUES (1)')
    const locks = `SELECT FROM pg_locks WHERE relation = 'sent'::regclass AND mode = 'RowExclusiveLock'`
    await expect.poll(() => run(server.url(), locks), { timeout: 60_000 }).not.toEqual([])
    const waiter = await wants('sent')
    const seen = await lookUntil(see, (s) => heads(s, 'public.sent').length > 0)
    expect(heads(seen, 'public.sent')).toMatchObject([
      {
        summary: expect.stringMatching(
          /^The logical replication .*worker \(pid \d+\) blocks 1 session\. It is not to be ended: it is a logical/,
        ),
      },
    ])
    await waiter.giveUp()
    expect(heads(await see(), 'public.sent')).toEqual([])
  })
})
