import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/monitor/config.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../servers.ts'

const IDLING = {
  thresholds: {
    'idle-in-transaction': { warning: 0.3, critical: 600 },
    'end-idle-transaction': { seconds: 0.3 },
  },
}
let db: TestDatabase
const see = (config: ConfigInput = {}) => look(db.monitorUrl, config)
const pidOf = async (client: { query(sql: string): Promise<{ rows: unknown[] }> }): Promise<number> => {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  return (rows[0] as { pid: number }).pid
}

describe.each([...new Set([majors[0] ?? LATEST, LATEST])])('PostgreSQL %i', (major) => {
  beforeEach(async () => {
    db = await freshDatabase(major)
    await db.query('CREATE TABLE accounts (id int PRIMARY KEY, balance int)')
    await db.query('INSERT INTO accounts SELECT n, 0 FROM generate_series(1, 10) n')
  })
  afterEach(() => db.drop())

  test('blocked sessions: the one at the head is named, and nobody once it is gone', async () => {
    const config = { thresholds: { 'blocked-too-long': { seconds: 0.2 } } }
    const [head, middle, last] = [await db.client(), await db.client(), await db.client()]
    const pids = await Promise.all([head, middle, last].map(pidOf))
    const root = `pid ${pids[0]}`
    expect((await see(config)).findings('blocked-sessions', root)).toEqual([])

    await head.query('BEGIN')
    await head.query("UPDATE accounts SET balance = 1 WHERE id = 1 /* 'hunter2' */")
    await middle.query('BEGIN')
    await middle.query('UPDATE accounts SET balance = 2 WHERE id = 2')
    const waits = middle.query('UPDATE accounts SET balance = 2 WHERE id = 1')
    await sleep(50)
    const waitsToo = last.query('UPDATE accounts SET balance = 3 WHERE id = 2')
    const seen = await lookUntil(
      () => see(config),
      (s) =>
        s.findings('blocked-sessions', root).some((f) => f.value === 2) &&
        s.findings('blocked-too-long', root).length > 0,
    )
    expect(seen.findings('blocked-sessions', root)).toMatchObject([
      { summary: expect.stringContaining('blocks 2 sessions'), evidence: { state: 'idle in transaction' } },
    ])
    const tree = seen.rows('blocking-tree').filter((t) => t.root === root)
    expect(tree.map((t) => [t.pid, t.blocker, t.depth])).toEqual([
      [pids[0], null, 0],
      [pids[1], root, 1],
      [pids[2], `pid ${pids[1]}`, 2],
    ])
    expect(JSON.stringify(tree)).not.toContain('hunter2')
    expect(tree[1]?.relation ?? 'public.accounts').toBe('public.accounts')

    await head.query('ROLLBACK')
    await waits
    await middle.query('ROLLBACK')
    await waitsToo
    const after = await see(config)
    expect(after.findings('blocked-sessions', root)).toEqual([])
    expect(after.findings('blocked-too-long', root)).toEqual([])
  })

  test('idle in transaction: found, ended as the advice says, gone', async () => {
    const client = await db.client()
    const subject = `pid ${await pidOf(client)}`
    await client.query("SET application_name = 'forgetful'")
    await sleep(400)
    expect((await see(IDLING)).findings('idle-in-transaction', subject)).toEqual([])

    await client.query('BEGIN')
    await client.query('UPDATE accounts SET balance = 1')
    await sleep(400)
    const seen = await see(IDLING)
    expect(seen.findings('idle-in-transaction', subject)).toMatchObject([
      {
        severity: 'warning',
        summary: expect.stringMatching(/^forgetful .* holds \d locks?\.$/),
      },
    ])
    const [advised] = seen.opportunities('end-idle-transaction', subject)
    expect(advised?.sql).toHaveLength(1)
    expect(await run(db.url, ...(advised?.sql ?? []))).toEqual([{ pg_terminate_backend: true }])
    const after = await lookUntil(
      () => see(IDLING),
      (s) => s.findings('idle-in-transaction', subject).length === 0,
    )
    expect(after.opportunities('end-idle-transaction', subject)).toEqual([])
  })

  test('a transaction that idles with an advisory lock holds one', async () => {
    const client = await db.client()
    const pid = await pidOf(client)
    await client.query('BEGIN')
    await sleep(400)
    const holding = (s: Look) => s.findings('idle-in-transaction', `pid ${pid}`)
    expect(holding(await see(IDLING))).toMatchObject([
      { evidence: { locks: 0 }, summary: expect.not.stringContaining('holds') },
    ])
    await client.query('SELECT pg_advisory_xact_lock($1)', [pid])
    await sleep(400)
    expect(holding(await see(IDLING))).toMatchObject([
      { evidence: { locks: 1 }, summary: expect.stringMatching(/ and holds 1 lock\.$/) },
    ])
    await client.query('ROLLBACK')
    expect(holding(await see(IDLING))).toEqual([])
  })

  test('a service that idles in a transaction is found, and nothing offers to end it', async () => {
    const client = await db.client()
    const pid = await pidOf(client)
    const subject = `pid ${pid}`
    await client.query("SET application_name = 'PostgREST 12.2'")
    await client.query('BEGIN')
    await client.query('UPDATE accounts SET balance = 1')
    await sleep(400)
    const seen = await see(IDLING)
    expect(seen.findings('idle-in-transaction', subject)).toMatchObject([
      { summary: expect.stringContaining('It is not to be ended: it is the API (PostgREST).') },
    ])
    const [advised] = seen.opportunities('end-idle-transaction', subject)
    expect(advised?.because).toContain('it is the API (PostgREST)')
    expect(advised).not.toHaveProperty('sql')
    expect(advised).not.toHaveProperty('action')
    await client.query('ROLLBACK')
    expect((await see(IDLING)).opportunities('end-idle-transaction', subject)).toEqual([])
  })

  test('a long transaction that works is one, one that idles is the other rule’s', async () => {
    const config = { thresholds: { 'long-transaction': { warning: 0.5, critical: 3600 } } }
    const client = await db.client()
    const subject = `pid ${await pidOf(client)}`
    expect((await see(config)).findings('long-transaction', subject)).toEqual([])
    await client.query('BEGIN')
    await client.query('SELECT pg_sleep(0.7)')
    expect((await see(config)).findings('long-transaction', subject)).toMatchObject([{ severity: 'warning' }])
    await client.query('COMMIT')
    expect((await see(config)).findings('long-transaction', subject)).toEqual([])
  })

  test('connection leak: many idle sessions of one application', async () => {
    const config = { thresholds: { 'connection-leak': { sessions: 3, idle: 0.3 } } }
    const name = `leaky ${db.name}`
    const subject = `application ${name}`
    const clients = await Promise.all([1, 2, 3].map(() => db.client()))
    for (const client of clients) await client.query(`SET application_name = '${name}'`)
    await sleep(400)
    expect((await see(config)).findings('connection-leak', subject)).toEqual([])
    const fourth = await db.client()
    await fourth.query(`SET application_name = '${name}'`)
    await sleep(400)
    const seen = await see(config)
    expect(seen.findings('connection-leak', subject)).toMatchObject([{ value: 4 }])
    expect(seen.rows('connection-groups')).toContainEqual(
      expect.objectContaining({ by: 'application', name, connections: 4, idle: 4 }),
    )
    // The same sessions as the pool of a service are at work.
    for (const client of [...clients, fourth]) await client.query("SET application_name = 'Supavisor'")
    await sleep(400)
    expect((await see(config)).findings('connection-leak', 'application Supavisor')).toEqual([])
    for (const client of [...clients, fourth]) await client.query(`SET application_name = '${name}'`)
    await fourth.end()
    const after = await lookUntil(
      () => see(config),
      (s) => s.findings('connection-leak', subject).length === 0,
    )
    expect(after.health.findings.map((f) => f.subject)).not.toContain(subject)
  })
})
