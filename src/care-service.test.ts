import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { start, tempFolder } from '../test/embedded.ts'
import { hostile, quoted } from '../test/hostile.ts'
import { runWithStore, temporaryFolder } from '../test/store.ts'
import { createActing } from './action-service.ts'
import { createCare } from './care-service.ts'
import type { Ledger } from './core/ledger.ts'
import type { MaintenanceReport } from './core/maintenance.ts'
import type { EmbeddedServer } from './embedded/server.ts'
import { type ConfigInput, parseConfig } from './monitor/config.ts'
import { openStore } from './store/open-store.ts'

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

/** A database of its own with a connection to it. */
async function database(): Promise<{ url: string; client: pg.Client }> {
  const name = `d${Math.random().toString(36).slice(2)}`
  const admin = new pg.Client(server.url())
  await admin.connect()
  await admin.query(`create database ${name}`)
  await admin.end()
  const url = server.url({ database: name })
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  onTestFinished(() => client.end().catch(() => {}))
  return { url, client }
}

const bloat = async (client: pg.Client, table: string): Promise<void> => {
  await client.query(
    `create table ${table} with (autovacuum_enabled = off) as select g a, repeat('x', 100) b from generate_series(1, 20000) g`,
  )
  await client.query(`delete from ${table} where a % 2 = 0`)
  await client.query('select pg_stat_force_next_flush()').catch(() => {})
  await sleep(1_100)
}

/** A pgtend of its own over a store that may be shared. */
async function pgtend(url: string, o: { path?: string; allow?: boolean; config?: ConfigInput } = {}) {
  const path = o.path ?? join(temporaryFolder(), 'history.db')
  const store = await openStore({ path })
  const targets = [{ name: 'db', url }]
  const config = parseConfig({ thresholds: { 'dead-rows': { rows: 1000 } }, ...o.config })
  const acting = createActing({ targets, config, store, allow: o.allow ?? true })
  const care = createCare({ targets, config, store, acting })
  onTestFinished(async () => {
    await care.stop()
    await acting.stop()
    await store.close()
  })
  return { ...care, store, path, operator: acting.operator }
}

describe('a round of maintenance', () => {
  test('plans what health calls for, does it, and reports what was measured', async () => {
    const { url, client } = await database()
    await bloat(client, '"Bad ""table"')
    const { maintenance } = await pgtend(url)
    const dry = await maintenance.performMaintenance('db', { dryRun: true, actor: PERSON })
    expect(dry).toMatchObject({
      dryRun: true,
      status: 'done',
      actions: [{ action: 'vacuum', status: 'planned' }],
    })
    expect(await maintenance.history('db')).toEqual([])
    const plan = await maintenance.plan('db', 'vacuum')
    expect(plan.plans[0]?.steps[0]?.sql).toBe('VACUUM (ANALYZE) public."Bad ""table"')
    expect(plan.leftAlone).toEqual([{ subject: 'bloat', reason: expect.stringContaining('pgstattuple') }])
    const seen: MaintenanceReport[] = []
    const report = await maintenance.performMaintenance('db', {
      ...{ task: 'vacuum', hash: plan.hash, actor: PERSON, onProgress: (r) => seen.push(r) },
    })
    expect(report).toMatchObject({
      status: 'done',
      actions: [{ status: 'done', before: { dead_rows: 10_000 }, after: { dead_rows: 0 } }],
      deadRowsRemoved: 10_000,
    })
    expect(report.actions[0]?.seconds).toBeGreaterThanOrEqual(0)
    expect(report.summary).toMatch(/^Done: 1 of 1 action done; 10,000 dead rows removed/)
    expect(seen[0]?.status).toBe('running')
    expect(await maintenance.history('db')).toEqual([report])
    const again = await maintenance.performMaintenance('db', { actor: PERSON })
    expect(again).toMatchObject({ status: 'done', actions: [], summary: 'Done: nothing called for it.' })
  })

  test('analyses a table under a hostile name, and nothing else', async () => {
    const { url, client } = await database()
    const table = hostile('t')
    await client.query(`create table ${quoted(table)} with (autovacuum_enabled = off)
      as select g from generate_series(1, 60000) g; create table bystander (a int)`)
    // Statistics come late.
    const changed = () => client.query('select from pg_stat_user_tables where n_mod_since_analyze >= 60000')
    await expect.poll(async () => (await changed()).rowCount, { timeout: 20_000 }).toBe(1)
    const { maintenance } = await pgtend(url)
    const report = await maintenance.performMaintenance('db', { task: 'analyze', actor: PERSON })
    expect(report).toMatchObject({
      status: 'done',
      actions: [{ action: 'analyze', status: 'done', sql: [`ANALYZE public.${quoted(table)}`] }],
    })
    const { rows } = await client.query(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and reltuples >= 0`,
    )
    expect(rows).toEqual([{ relname: table }])
  })

  test('analyses a partitioned table as a whole, which autovacuum never does, once', async () => {
    const { url, client } = await database()
    await client.query(`create table "my parts" (a int) partition by range (a);
      create table low partition of "my parts" for values from (0) to (20000) with (autovacuum_enabled = off);
      create table high partition of "my parts" for values from (20000) to (60000) with (autovacuum_enabled = off)`)
    await client.query('insert into "my parts" select g from generate_series(1, 50000) g')
    const changed = () => client.query('select from pg_stat_user_tables where n_live_tup >= 19999')
    await expect.poll(async () => (await changed()).rowCount, { timeout: 20_000 }).toBe(2)
    const { maintenance } = await pgtend(url)
    const report = await maintenance.performMaintenance('db', { task: 'analyze', actor: PERSON })
    expect(report).toMatchObject({
      status: 'done',
      actions: [{ action: 'analyze', status: 'done', sql: ['ANALYZE public."my parts"'] }],
    })
    expect(report.actions).toHaveLength(1)
    expect((await maintenance.plan('db', 'analyze')).actions).toEqual([])
  })

  test('VACUUM FULL, where it is allowed, gives measured bytes back', async () => {
    const { url, client } = await database()
    await client.query('create extension pgstattuple')
    await client.query(
      `create table t with (autovacuum_enabled = off) as select g a, repeat('x', 400) b from generate_series(1, 60000) g`,
    )
    await client.query('delete from t where a > 10000')
    await client.query('vacuum (truncate off) t')
    const config = { maintenance: { vacuumFull: true, window: { from: '00:00', to: '24:00' } } }
    const { maintenance } = await pgtend(url, { config })
    const report = await maintenance.performMaintenance('db', { task: 'vacuum', actor: PERSON })
    expect(report).toMatchObject({ status: 'done', actions: [{ action: 'vacuum-full', status: 'done' }] })
    expect(report.bytesReclaimed).toBeGreaterThan(15e6)
  })

  test('a table dropped after the plan makes the approval void', async () => {
    const { url, client } = await database()
    await bloat(client, 'gone')
    const { maintenance } = await pgtend(url)
    const { hash } = await maintenance.plan('db', 'vacuum')
    await client.query('drop table gone')
    const run = maintenance.performMaintenance('db', { task: 'vacuum', hash, actor: PERSON })
    await expect(run).rejects.toMatchObject({ code: 'plan-changed' })
  })

  test('does nothing where pgtend may change nothing, and tells why schedules rest', async () => {
    const { url } = await database()
    const { maintenance } = await pgtend(url, { allow: false, config: { maintenance: { enabled: true } } })
    await expect(maintenance.performMaintenance('db', { actor: PERSON })).rejects.toMatchObject({
      code: 'not-allowed',
    })
    const [vacuum] = await maintenance.schedules('db')
    expect(vacuum).toMatchObject({
      task: 'vacuum',
      enabled: false,
      next: null,
      why: expect.stringContaining('--allow-actions'),
    })
  })

  test('waits while the database is not well for reasons that it does not cure', async () => {
    const { url, client } = await database()
    await bloat(client, 'bad')
    const { maintenance } = await pgtend(url, {
      config: {
        weights: {
          'dead-rows': { warning: 0, critical: 0 },
          'blocked-sessions': { warning: 60, critical: 60 },
        },
      },
    })
    await client.query('begin; lock table bad')
    const waiting = new pg.Client(url)
    waiting.on('error', () => {})
    await waiting.connect()
    const wait = waiting.query('select * from bad').catch(() => {})
    await sleep(200)
    const report = await maintenance.performMaintenance('db', { task: 'vacuum', actor: PERSON })
    expect(report).toMatchObject({
      status: 'paused',
      reason: expect.stringContaining('sessions block others'),
    })
    await client.query('rollback')
    await wait
    await waiting.end()
  })
})

test('two processes, one runner', async () => {
  const { url, client } = await database()
  await bloat(client, 'bad')
  const one = await pgtend(url)
  const two = await pgtend(url, { path: one.path })
  const both = await Promise.allSettled([
    one.maintenance.performMaintenance('db', { actor: PERSON }),
    two.maintenance.performMaintenance('db', { actor: PERSON }),
  ])
  expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(both.find((r) => r.status === 'rejected')?.reason).toMatchObject({ code: 'already-running' })
  expect(await one.maintenance.history('db')).toHaveLength(1)
})

/** As if the time of every lease that a dead process holds were over. */
async function outlast(ledger: Ledger): Promise<void> {
  for (const { kind, id, target, at, version, value } of await ledger.list<{ expires: number }>('lease')) {
    await ledger.write([{ kind, id, target, at, version, value: { ...value, expires: 0 } }])
  }
}

test('killed in the middle: the next start says what was done and what was not, and does nothing twice', async () => {
  const { url, client } = await database()
  await bloat(client, 'a')
  await bloat(client, 'b')
  // Nothing but VACUUM waits for this.
  await client.query(
    'begin; lock table a in share update exclusive mode; lock table b in share update exclusive mode',
  )
  const path = join(temporaryFolder(), 'history.db')
  const child = runWithStore(
    path,
    `const { createActing } = await import(${JSON.stringify(new URL('./action-service.ts', import.meta.url).href)})
     const { createCare } = await import(${JSON.stringify(new URL('./care-service.ts', import.meta.url).href)})
     const { parseConfig } = await import(${JSON.stringify(new URL('./monitor/config.ts', import.meta.url).href)})
     const store = await openStore({ path })
     const targets = [{ name: 'db', url: ${JSON.stringify(url)} }]
     const config = parseConfig({ thresholds: { 'dead-rows': { rows: 1000 } } })
     const acting = createActing({ targets, config, store, allow: true })
     const care = createCare({ targets, config, store, acting })
     await care.maintenance.performMaintenance('db', { task: 'vacuum', actor: { kind: 'schedule', name: 'vacuum' } })`,
  )
  const watcher = new pg.Client(url)
  await watcher.connect()
  onTestFinished(() => watcher.end())
  const isWaiting = async () => {
    const sql = `select from pg_stat_activity where query like 'VACUUM%' and wait_event_type = 'Lock'`
    return (await watcher.query(sql)).rowCount === 1
  }
  while (!(await isWaiting())) await sleep(100)
  child.kill('SIGKILL')
  await new Promise((gone) => child.once('exit', gone))

  const next = await pgtend(url, { path })
  await expect(next.maintenance.performMaintenance('db', { actor: PERSON })).rejects.toMatchObject({
    code: 'already-running',
  })
  await outlast(next.store.ledger)
  const settled = next.operator.recover()
  await sleep(500)
  // The server still works on it: nobody knows yet how it ends.
  expect(await next.maintenance.recover()).toEqual([])
  await client.query('commit')
  const runs = await settled
  expect(runs).toHaveLength(1)
  const [report] = await next.maintenance.recover()
  expect(report).toMatchObject({
    status: 'interrupted',
    actor: { kind: 'schedule' },
    actions: [{ run: runs[0]?.id }, { status: 'interrupted', error: 'pgtend ended before it was begun' }],
  })
  expect(report?.summary).toContain('Interrupted')
  expect(await next.maintenance.recover()).toEqual([])
  const { rows } = await watcher.query(
    'select relname, vacuum_count::int from pg_stat_user_tables order by vacuum_count desc',
  )
  expect(rows.map((r) => r.vacuum_count)).toEqual([1, 0])
})
