/** Maintenance by its timer, recovery by a live monitor, and kill -9 in the middle of a recovery: on a real server. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { killHard } from '../test/acting.ts'
import { start, tempFolder } from '../test/embedded.ts'
import { hostile, quoted } from '../test/hostile.ts'
import { rowsOf } from '../test/sql-pack.ts'
import { runWithStore, temporaryFolder } from '../test/store.ts'
import { createActing } from './action-service.ts'
import { type CareOptions, createCare } from './care-service.ts'
import type { RunbookRun } from './core/runbook.ts'
import type { EmbeddedServer } from './embedded/server.ts'
import { type ConfigInput, parseConfig } from './monitor/config.ts'
import type { Lease } from './operations/job.ts'
import { openStore } from './store/open-store.ts'
import { createMonitor } from './wire.ts'

const PERSON = { kind: 'person', name: 'test' } as const
const folder = tempFolder()
let server: EmbeddedServer

beforeAll(async () => {
  server = await start(folder.fresh())
})
afterAll(async () => {
  await server.stop('immediate')
  folder.remove()
})

async function database(): Promise<string> {
  const name = `d${Math.random().toString(36).slice(2)}`
  await rowsOf(server.url(), `CREATE DATABASE ${name}`)
  return server.url({ database: name })
}

async function session(url: string, application: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: application })
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return client
}

const isAlive = (client: pg.Client): Promise<boolean> =>
  client.query('SELECT').then(
    () => true,
    () => false,
  )

interface Started extends Partial<Pick<CareOptions, 'now'>> {
  readonly path?: string
  readonly config: ConfigInput
}

/** All of pgtend that acts, started as `pgtend serve --allow-actions` starts it. */
async function pgtend(
  url: string,
  { path = join(temporaryFolder(), 'history.db'), config: given, ...o }: Started,
) {
  const store = await openStore({ path })
  const targets = [{ name: 'db', url }]
  const config = parseConfig(given)
  const errors: Error[] = []
  const onError = (error: Error) => void errors.push(error)
  const monitor = createMonitor({ targets, config, store, onError })
  const acting = createActing({ targets, config, store, allow: true, onError, look: 100 })
  const care = createCare({ targets, config, store, acting, monitor, onError, look: 100, ...o })
  monitor.start()
  acting.start()
  care.start()
  onTestFinished(async () => {
    await care.stop()
    await acting.stop()
    await monitor.stop()
    await store.close()
    expect(errors).toEqual([])
  })
  return { ...care, store, monitor, operator: acting.operator }
}

test('at its time the timer runs a round by itself, once, and it rebuilds a bloated index', async () => {
  const url = await database()
  const [table, index] = [hostile('t'), hostile('i')].map(quoted) as [string, string]
  for (const statement of [
    'CREATE EXTENSION pgstattuple',
    `CREATE TABLE ${table} (id bigint) WITH (autovacuum_enabled = off)`,
    `INSERT INTO ${table} SELECT generate_series(1, 600000)`,
    `CREATE INDEX ${index} ON ${table} (id)`,
    `DELETE FROM ${table} WHERE id % 10 <> 0`,
    `VACUUM ANALYZE ${table}`,
  ])
    await rowsOf(url, statement)
  const size = async () =>
    Number((await rowsOf(url, 'SELECT pg_relation_size($1::regclass) AS size', [index]))[0]?.size)
  const before = await size()
  let now = Date.parse('2026-03-01T02:59:50Z')
  const off = { enabled: false }
  const { maintenance } = await pgtend(url, {
    now: () => now,
    config: {
      maintenance: {
        enabled: true,
        tasks: { reindex: { cron: '0 3 * * 0' }, vacuum: off, analyze: off, backup: off },
      },
    },
  })
  const reindex = async () => (await maintenance.schedules('db')).find((s) => s.task === 'reindex')
  await sleep(400)
  expect(await maintenance.history('db')).toEqual([])
  expect(await reindex()).toMatchObject({ enabled: true, next: Date.parse('2026-03-01T03:00:00Z') })
  now = Date.parse('2026-03-01T03:00:05Z')
  await expect
    .poll(async () => (await maintenance.history('db'))[0]?.status, { timeout: 30_000 })
    .toBe('done')
  const [report] = await maintenance.history('db')
  expect(report).toMatchObject({
    ...{ task: 'reindex', actor: { kind: 'schedule', name: 'reindex' }, startedAt: now },
    actions: [
      {
        ...{ action: 'reindex-concurrently', status: 'done', before: { size: before } },
        because: expect.stringContaining('%'),
      },
    ],
  })
  const after = await size()
  expect(report?.actions[0]?.after?.size).toBe(after)
  expect(report?.bytesReclaimed).toBe(before - after)
  expect(after).toBeLessThan(before / 4)
  await expect.poll(async () => (await reindex())?.last?.status, { timeout: 10_000 }).toBe('done')
  expect(await reindex()).toMatchObject({ next: Date.parse('2026-03-08T03:00:00Z') })
  // The clock goes back over the time, as when it is put right: what was run is not run again.
  now = Date.parse('2026-03-01T02:58:00Z')
  await sleep(300)
  now = Date.parse('2026-03-01T03:00:30Z')
  await sleep(500)
  expect(await maintenance.history('db')).toHaveLength(1)
})

const LEAKS: ConfigInput = {
  cadence: { tick: 1 },
  thresholds: { 'connection-leak': { sessions: 3, idle: 1 } },
}
const leak = async (url: string) => {
  const clients: pg.Client[] = []
  for (let n = 0; n < 5; n++) clients.push(await session(url, 'leaky'))
  return clients
}
const leakFound = (monitor: { state(id: string): unknown }) => {
  const state = monitor.state('db') as { health?: { findings: readonly { rule: string }[] } } | undefined
  return state?.health?.findings.some((f) => f.rule === 'connection-leak') ?? false
}

test('a finding of the live monitor sets off a policy, at most so often an hour; without one nothing happens', async () => {
  const url = await database()
  const thresholds = { 'connection-exhaustion': { idle: 1, leak: 3 } }
  const left = await leak(url)
  const off = await pgtend(url, { config: { ...LEAKS, recovery: { thresholds } } })
  await expect.poll(() => leakFound(off.monitor), { timeout: 20_000 }).toBe(true)
  await sleep(1_500)
  expect(await off.recovery.history('db')).toEqual([])
  expect(await Promise.all(left.map(isAlive))).toEqual(left.map(() => true))

  let now = Date.now()
  const on = await pgtend(url, {
    now: () => now,
    config: {
      ...LEAKS,
      recovery: { thresholds, policies: { 'connection-exhaustion': { enabled: true, perHour: 1 } } },
    },
  })
  const history = () => on.recovery.history('db')
  await expect.poll(async () => (await history())[0]?.status, { timeout: 20_000 }).toBe('recovered')
  expect((await history())[0]).toMatchObject({
    ...{ actor: { kind: 'policy', name: 'connection-exhaustion' }, freed: 5 },
    secondsToRecovery: expect.any(Number),
  })
  expect(await Promise.all(left.map(isAlive))).toEqual(left.map(() => false))
  const second = await leak(url)
  await expect.poll(() => leakFound(on.monitor), { timeout: 20_000 }).toBe(true)
  await sleep(2_500)
  expect(await history()).toHaveLength(1)
  expect(await isAlive(second[0] as pg.Client)).toBe(true)
  // An hour later it may again.
  now += 3_600_001
  await expect.poll(async () => (await history()).length, { timeout: 20_000 }).toBe(2)
})

const SLOW = { 'slow-queries': { active: 0.5 } }
/** Does not heed a cancel: its session must be ended. */
const STUBBORN =
  'DO $$ BEGIN LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$'

test('killed in the middle of a recovery: the next start says what was done, and does none of it again', async () => {
  const url = await database()
  const stubborn = await session(url, 'stubborn')
  const ended = stubborn.query(STUBBORN).catch((error: Error) => error.message)
  await sleep(300)
  const next = await session(url, 'next in line')
  const spared = next.query('SELECT pg_sleep(60)').catch(() => {})
  await sleep(800)
  const path = join(temporaryFolder(), 'history.db')
  const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
  const child = runWithStore(
    path,
    `const { createActing } = await import(${source('./action-service.ts')})
     const { createCare } = await import(${source('./care-service.ts')})
     const { parseConfig } = await import(${source('./monitor/config.ts')})
     const store = await openStore({ path })
     const targets = [{ name: 'db', url: ${JSON.stringify(url)} }]
     const config = parseConfig({ recovery: { thresholds: ${JSON.stringify(SLOW)} } })
     const acting = createActing({ targets, config, store, allow: true })
     const { recovery } = createCare({ targets, config, store, acting })
     const { hash } = await recovery.plan('db', 'slow-queries')
     await recovery.run('db', 'slow-queries', { hash, actor: { kind: 'person', name: 'the one that dies' } })`,
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const watching = await openStore({ path })
  onTestFinished(() => watching.close())
  // The cancel has been sent; the session that does not heed it has some seconds yet.
  await expect
    .poll(
      async () =>
        (await watching.ledger.list<{ event: string }>('audit')).some((e) => e.value.event === 'ended'),
      {
        timeout: 20_000,
      },
    )
    .toBe(true)
  await killHard(child)

  const { recovery, operator } = await pgtend(url, { path, config: { recovery: { thresholds: SLOW } } })
  const left = async () => (await recovery.history('db'))[0] as RunbookRun
  expect((await left()).status).toBe('running')
  await expect(
    recovery.run('db', 'slow-queries', {
      hash: (await recovery.plan('db', 'slow-queries')).hash,
      actor: PERSON,
    }),
  ).rejects.toMatchObject({ code: 'already-running' })
  // As if the time for which the dead process holds its lease were over: nobody has to start anything anew.
  for (const e of await watching.ledger.list<Lease>('lease')) {
    const { kind, id, target, at, version, value } = e
    await watching.ledger.write([{ kind, id, target, at, version, value: { ...value, expires: 0 } }])
  }
  await expect.poll(async () => (await left()).status, { timeout: 10_000 }).toBe('interrupted')
  expect((await left()).error).toContain('pgtend ended in the middle of it')
  const runs = await operator.runs()
  expect(runs.map((r) => [r.plan.action, r.actor.name])).toEqual([['cancel-backend', 'the one that dies']])
  expect(await rowsOf(url, `SELECT FROM pg_stat_activity WHERE application_name = 'stubborn'`)).toHaveLength(
    1,
  )
  expect(
    await rowsOf(
      url,
      `SELECT FROM pg_stat_activity WHERE application_name = 'next in line' AND state = 'active'`,
    ),
  ).toHaveLength(1)

  const { hash } = await recovery.plan('db', 'slow-queries')
  const again = await recovery.run('db', 'slow-queries', { hash, actor: PERSON })
  expect(again).toMatchObject({ status: 'recovered', freed: 2 })
  expect(await ended).toMatch(/terminat/)
  await spared
})
