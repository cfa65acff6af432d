import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { start, tempFolder } from '../../test/embedded.ts'
import { type Recovering, recovering } from '../../test/recovering.ts'
import type { EmbeddedServer } from '../embedded/server.ts'

const PERSON = { kind: 'person', name: 'test' } as const
const SLOTS = 12
const folder = tempFolder()
let server: EmbeddedServer

beforeAll(async () => {
  server = await start(folder.fresh(), {
    settings: { max_connections: String(SLOTS), superuser_reserved_connections: '0' },
  })
  const client = new pg.Client(server.url())
  await client.connect()
  await client.query('create role authenticator login superuser')
  await client.query('create table t (a int)')
  await client.query('create database other')
  await client.end()
})
afterAll(async () => {
  await server.stop('immediate')
  folder.remove()
})

async function connectAs(
  application: string,
  o: { user?: string; database?: string } = {},
): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url(o), application_name: application })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

const isAlive = (client: pg.Client): Promise<boolean> =>
  client.query('select').then(
    () => true,
    () => false,
  )

const recovery = (o: Recovering = {}) => recovering(server.url(), o)

const EXHAUSTION = { 'connection-exhaustion': { idle: 0.2, leak: 3 } }

describe('connection exhaustion', () => {
  test('with every slot taken: frees them, spares the protected ones, and tells the time', async () => {
    const { plan, run, history, operator } = await recovery({ thresholds: EXHAUSTION })
    const platform = await connectAs('postgrest', { user: 'authenticator' })
    const elsewhere = await connectAs('elsewhere', { database: 'other' })
    const working = await connectAs('worker')
    await working.query('begin')
    const leak: pg.Client[] = []
    // pgtend's reserve holds one slot already.
    for (let n = 0; n < SLOTS - 4; n++) leak.push(await connectAs('booking-sync'))
    await expect(connectAs('one too many')).rejects.toThrow(/too many clients/)
    await sleep(400)

    const plan1 = await plan('db', 'connection-exhaustion')
    expect(plan1.detected).toBe(true)
    expect(plan1.summary).toContain('12 of 12')
    expect(plan1.named.join()).toContain('booking-sync leaks: 8 sessions')
    expect(plan1.hits).toHaveLength(leak.length)
    expect(plan1.hits.every((h) => h.application === 'booking-sync')).toBe(true)
    const why = Object.fromEntries(plan1.spared.map((s) => [s.application, s.reason]))
    expect(why).toMatchObject({
      postgrest: expect.stringContaining('PostgREST'),
      elsewhere: expect.stringContaining('another database'),
      worker: expect.stringContaining('in a transaction'),
    })

    const done = await run('db', 'connection-exhaustion', { hash: plan1.hash, actor: PERSON })
    expect(done).toMatchObject({ status: 'recovered', freed: leak.length, verification: { ok: true } })
    expect(done.secondsToRecovery).toBeGreaterThan(0)
    expect(done.steps.map((s) => s.status)).toEqual(leak.map(() => 'done'))
    expect(await Promise.all([platform, elsewhere, working].map(isAlive))).toEqual([true, true, true])
    expect(await Promise.all(leak.map(isAlive))).toEqual(leak.map(() => false))
    expect(await isAlive(await connectAs('a new one'))).toBe(true)
    expect(await history('db')).toEqual([done])
    expect((await operator.runs()).every((r) => r.actor.name === 'test')).toBe(true)
  })

  test('a session that is taken up again after the plan is let be', async () => {
    const { plan, run } = await recovery({ thresholds: EXHAUSTION })
    const leak: pg.Client[] = []
    for (let n = 0; n < 6; n++) leak.push(await connectAs('leaky'))
    await sleep(400)
    const made = await plan('db', 'connection-exhaustion')
    expect(made.hits).toHaveLength(6)
    const [again] = leak as [pg.Client]
    await again.query('begin')
    const done = await run('db', 'connection-exhaustion', { hash: made.hash, actor: PERSON })
    expect(done.freed).toBe(5)
    expect(done.steps.filter((s) => s.status === 'gone')).toHaveLength(1)
    expect(await isAlive(again)).toBe(true)
  })

  test('the oldest first', async () => {
    const { plan } = await recovery({ thresholds: EXHAUSTION })
    const pids: number[] = []
    for (let n = 0; n < 4; n++) {
      const client = await connectAs('leaky')
      pids.push((await client.query('select pg_backend_pid() as pid')).rows[0].pid)
      await sleep(30)
    }
    await sleep(300)
    expect((await plan('db', 'connection-exhaustion')).hits.map((h) => h.pid)).toEqual(pids)
  })

  test('idle sessions of a pool are left alone while there is room', async () => {
    const { plan } = await recovery({ thresholds: EXHAUSTION })
    await connectAs('pool')
    await sleep(300)
    const made = await plan('db', 'connection-exhaustion')
    expect(made).toMatchObject({ detected: false, steps: [] })
    expect(Object.fromEntries(made.spared.map((s) => [s.application, s.reason]))).toMatchObject({
      pool: 'its application does not leak sessions',
      'pgtend action': 'it is pgtend itself',
    })
  })

  test('a plan is run once, by its hash, and only where that is allowed', async () => {
    const { plan, run } = await recovery({ thresholds: EXHAUSTION })
    const { hash } = await plan('db', 'connection-exhaustion')
    await expect(run('db', 'connection-exhaustion', { hash: 'x', actor: PERSON })).rejects.toMatchObject({
      code: 'plan-changed',
    })
    await run('db', 'connection-exhaustion', { hash, actor: PERSON })
    await expect(run('db', 'connection-exhaustion', { hash, actor: PERSON })).rejects.toMatchObject({
      code: 'plan-changed',
    })
    await expect(plan('db', 'connection-exhaustio')).rejects.toThrow('did you mean connection-exhaustion')
    const watching = await recovery({ allow: false })
    const seen = await watching.plan('db', 'connection-exhaustion')
    await expect(
      watching.run('db', 'connection-exhaustion', { hash: seen.hash, actor: PERSON }),
    ).rejects.toMatchObject({ code: 'not-allowed' })
  })
})

describe('slow queries', () => {
  const thresholds = { 'slow-queries': { active: 0.3 } }

  test('are cancelled, backups are not, and the tables that they touch are analysed', async () => {
    const { plan, run } = await recovery({ thresholds })
    const [slow, dump] = [await connectAs('report'), await connectAs('pg_dump')]
    const ended = slow
      .query(`select pg_sleep(60), 'secret' from (select count(*) from t) x`)
      .catch((e: Error) => e.message)
    const dumped = dump.query('select pg_sleep(60)').catch(() => {})
    await sleep(500)
    const made = await plan('db', 'slow-queries')
    expect(made.hits).toMatchObject([{ application: 'report', state: 'active' }])
    expect(made.spared).toMatchObject([{ application: 'pg_dump', reason: 'it is a backup' }])
    expect(made.steps.map((s) => s.action)).toEqual(['cancel-backend', 'analyze'])
    expect(JSON.stringify(made)).not.toContain('secret')
    const done = await run('db', 'slow-queries', { hash: made.hash, actor: PERSON })
    expect(done).toMatchObject({ status: 'recovered', freed: 1 })
    expect(await ended).toContain('canceling statement')
    expect(await isAlive(slow)).toBe(true)
    // Its snapshot would keep VACUUM from its work.
    await slow.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'pg_dump'`,
    )
    await dumped
  })

  test('one that does not heed a cancel loses its session', async () => {
    const { plan, run } = await recovery({ thresholds })
    const stubborn = await connectAs('stubborn')
    const ended = stubborn
      .query(
        `do $$ begin loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $$`,
      )
      .catch((e: Error) => e.message)
    await sleep(500)
    const made = await plan('db', 'slow-queries')
    expect(made.steps).toMatchObject([
      { action: 'cancel-backend', otherwise: { action: 'terminate-backend' } },
    ])
    const done = await run('db', 'slow-queries', { hash: made.hash, actor: PERSON })
    expect(done.steps).toMatchObject([{ action: 'terminate-backend', status: 'done' }])
    expect(done.status).toBe('recovered')
    expect(await ended).toMatch(/terminat/)
  })
})

describe('emergency vacuum', () => {
  const thresholds = { 'emergency-vacuum': { rows: 100 } }

  async function bloated(): Promise<void> {
    const client = await connectAs('writer')
    await client.query('drop table if exists b')
    await client.query('create table b with (autovacuum_enabled = off) as select generate_series(1, 2000) a')
    await client.query('delete from b where a % 2 = 0')
    await client.query('select pg_stat_clear_snapshot()')
    await client.end()
    await sleep(1_200)
  }

  test('waits for the window unless forced, then removes dead rows', async () => {
    await bloated()
    const closed = await recovery({ thresholds, window: false, criticalTables: ['public.b', 'no.such'] })
    const refused = await closed.plan('db', 'emergency-vacuum')
    expect(refused.refused).toContain('closed until 2026-01-02 01:00 (UTC)')
    expect(refused.named).toEqual(['there is no table "no.such" here (limits.criticalTables)'])
    await expect(
      closed.run('db', 'emergency-vacuum', { hash: refused.hash, actor: PERSON }),
    ).rejects.toMatchObject({ code: 'cannot-plan' })
    const forced = await closed.plan('db', 'emergency-vacuum', { force: true })
    expect(forced.hash).not.toBe(refused.hash)
    const done = await closed.run('db', 'emergency-vacuum', { hash: forced.hash, actor: PERSON })
    expect(done).toMatchObject({ status: 'recovered', steps: [{ action: 'vacuum', status: 'done' }] })
    const again = await closed.plan('db', 'emergency-vacuum', { force: true })
    expect(again).toMatchObject({ detected: false, steps: [] })
  })
})

describe('a policy', () => {
  test('is off by default, and runs at most as often an hour as it may', async () => {
    const leak = async () => {
      const clients: pg.Client[] = []
      for (let n = 0; n < 5; n++) clients.push(await connectAs('leaky'))
      await sleep(300)
      return clients
    }
    const rules = new Set(['connection-leak'])
    const first = await leak()
    const off = await recovery({ thresholds: EXHAUSTION })
    expect(await off.heed('db', rules)).toEqual([])
    expect(await isAlive(first[0] as pg.Client)).toBe(true)
    await sleep(300)
    const on = await recovery({
      thresholds: EXHAUSTION,
      policies: { 'connection-exhaustion': { enabled: true, perHour: 1 } },
    })
    expect(await on.heed('db', new Set(['dead-rows']))).toEqual([])
    expect(await on.heed('db', rules)).toMatchObject([
      { status: 'recovered', freed: 5, actor: { kind: 'policy' } },
    ])
    const second = await leak()
    expect(await on.heed('db', rules)).toEqual([])
    expect(await isAlive(second[0] as pg.Client)).toBe(true)
  })
})

test('one recovery at a time over all processes; a record that a dead process left is ended', async () => {
  const one = await recovery({ thresholds: { 'slow-queries': { active: 0.2 } } })
  const two = await recovery({ ledger: one.ledger, thresholds: { 'slow-queries': { active: 0.2 } } })
  const slow = await connectAs('report')
  const ended = slow.query('select pg_sleep(60)').catch(() => {})
  await sleep(400)
  const [a, b] = [await one.plan('db', 'slow-queries'), await two.plan('db', 'slow-queries')]
  expect(a.hash).toBe(b.hash)
  const results = await Promise.allSettled([
    one.run('db', 'slow-queries', { hash: a.hash, actor: PERSON }),
    two.run('db', 'slow-queries', { hash: b.hash, actor: PERSON }),
  ])
  expect(results.filter((r) => r.status === 'fulfilled')).toHaveLength(1)
  expect(results.find((r) => r.status === 'rejected')?.reason).toMatchObject({ code: 'already-running' })
  await ended
  const [run] = await one.history('db')
  const left = { ...run, id: 'left', status: 'running' }
  await one.ledger.write([{ kind: 'recovery', id: 'left', target: 'db', at: 1, version: 0, value: left }])
  expect(await two.recover()).toMatchObject([{ id: 'left', status: 'interrupted' }])
  expect(await two.recover()).toEqual([])
})
