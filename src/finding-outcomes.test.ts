import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { run } from '../test/observe.ts'
import { freshDatabase, LATEST, majors } from '../test/servers.ts'
import { temporaryFolder } from '../test/store.ts'
import { createActing, remeasureAfterRuns } from './action-service.ts'
import { actions } from './actions/index.ts'
import type { Input, Run } from './core/action.ts'
import type { FindingRecord } from './core/store.ts'
import { parseConfig } from './monitor/config.ts'
import { createRecovery } from './operations/recovery.ts'
import { rules } from './rules/index.ts'
import { runbooks } from './runbooks/index.ts'
import { openStore } from './store/open-store.ts'
import { createMonitor } from './wire.ts'

const table = `"Guest List"`
const subject = 'public.Guest List'
const PATIENCE = { timeout: 40_000, interval: 100 }
const dirty = [`DELETE FROM ${table}`, `INSERT INTO ${table} SELECT n, 'x' FROM generate_series(1, 5000) n`]

/** A pgtend that watches, acts and records. It reads the tables' counters only each hour unless it is told to. */
async function watched(major: (typeof majors)[number], minute = 3_600) {
  const db = await freshDatabase(major)
  onTestFinished(() => db.drop())
  await run(
    db.url,
    `CREATE TABLE ${table} (id int, name text) WITH (autovacuum_enabled = off)`,
    `INSERT INTO ${table} SELECT n, 'x' FROM generate_series(1, 5000) n`,
    `VACUUM (ANALYZE) ${table}`,
  )
  const store = await openStore({ path: join(temporaryFolder(), 'history.db') })
  onTestFinished(() => store.close())
  const targets = [{ name: 'db', url: db.url }]
  const config = parseConfig({
    cadence: { tick: 0.5, minute, sweep: 3_600 },
    thresholds: {
      'dead-rows': { rows: 1_000 },
      'idle-in-transaction': { warning: 0.5 },
      'connection-leak': { sessions: 3, idle: 0.2 },
    },
  })
  const monitor = createMonitor({ targets, config, store })
  const acting = createActing({ targets, config, store, allow: true })
  remeasureAfterRuns(acting.operator, monitor)
  monitor.start()
  onTestFinished(async () => {
    await acting.stop()
    await monitor.stop()
  })
  const act = async (action: string, input: Input): Promise<Run> => {
    const { hash } = await acting.operator.plan('db', action, input)
    return acting.operator.run('db', action, input, { hash, actor: { kind: 'person', name: 'ann' } })
  }
  const records = async (rule: string): Promise<readonly FindingRecord[]> =>
    (await store.findings('db', 0)).filter((f) => f.rule === rule)
  const outcomes = async (rule: string) => (await records(rule)).map((f) => f.outcome)
  return { db, act, records, outcomes, monitor, acting, store }
}

describe.each(majors)('PostgreSQL %i', (major) => {
  test('dead rows: found, vacuumed, verified fixed within seconds; planted again, returned', {
    timeout: 90_000,
  }, async () => {
    const { db, act, records, outcomes, monitor } = await watched(major)
    await expect.poll(() => monitor.state('db')?.health, PATIENCE).toBeDefined()
    await run(db.url, ...dirty)
    const look = () => {
      monitor.remeasure('db')
      return outcomes('dead-rows')
    }
    await expect.poll(look, PATIENCE).toEqual(['open'])

    // Nobody asks for a look any more, and the next one is an hour away: the run's end must bring it.
    const done = await act('vacuum', { table: 'Guest List' })
    expect(done.verification).toMatchObject({ ok: true })
    expect(done.plan.addresses).toContain(`dead-rows/${subject}`)
    await expect.poll(() => outcomes('dead-rows'), PATIENCE).toEqual(['verified-fixed'])
    const [fixed] = await records('dead-rows')
    expect(fixed).toMatchObject({
      subject,
      fixedBy: { run: done.id, action: 'vacuum', by: 'ann', ok: true, detail: done.verification?.detail },
    })
    expect(fixed?.fixedBy?.before.dead_rows).toBeGreaterThan(4_000)
    expect(fixed?.fixedBy?.after.dead_rows).toBeLessThan(1_000)

    await run(db.url, ...dirty)
    await expect.poll(look, PATIENCE).toEqual(['returned', 'verified-fixed'])
    expect((await records('dead-rows'))[0]?.returnedAfter?.run).toBe(done.id)
  })
})

test('a vacuum that an old snapshot holds back does not fix: reopened, with the reason', {
  timeout: 90_000,
}, async () => {
  const { db, act, records, outcomes, monitor } = await watched(LATEST)
  const reader = await db.client()
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await reader.query(`SELECT count(*) FROM ${table}`)
  await run(db.url, ...dirty)
  const look = () => {
    monitor.remeasure('db')
    return outcomes('dead-rows')
  }
  await expect.poll(look, PATIENCE).toEqual(['open'])
  const tried = await act('vacuum', { table: 'Guest List' })
  expect(tried.verification).toMatchObject({ ok: false })
  await expect.poll(() => outcomes('dead-rows'), PATIENCE).toEqual(['reopened'])
  expect((await records('dead-rows'))[0]?.triedBy).toMatchObject({ run: tried.id, ok: false })

  await reader.query('ROLLBACK')
  const done = await act('vacuum', { table: 'Guest List' })
  await expect.poll(() => outcomes('dead-rows'), PATIENCE).toEqual(['verified-fixed'])
  expect((await records('dead-rows'))[0]).toMatchObject({
    fixedBy: { run: done.id },
    triedBy: { run: tried.id },
  })
})

test('an invalid index that is built anew, and a session that is ended: verified fixed', {
  timeout: 90_000,
}, async () => {
  const { db, act, records, outcomes, monitor } = await watched(LATEST)
  await expect.poll(() => monitor.state('db')?.health, PATIENCE).toBeDefined()
  await run(db.url, `CREATE UNIQUE INDEX CONCURRENTLY "broken one" ON ${table} (name)`).catch(() => 0)
  const sleeper = await db.client()
  await sleeper.query('BEGIN')
  const [{ pid } = {}] = (await sleeper.query('SELECT pg_backend_pid() AS pid')).rows as { pid: number }[]
  const mine = async () =>
    (await records('idle-in-transaction')).filter((f) => f.subject === `pid ${pid}`).map((f) => f.outcome)
  await expect
    .poll(() => {
      monitor.remeasure('db')
      return outcomes('invalid-index')
    }, PATIENCE)
    .toEqual(['open'])
  await expect.poll(mine, PATIENCE).toEqual(['open'])
  await act('drop-invalid-index', { index: 'broken one' })
  await act('terminate-backend', { pid: Number(pid) })
  await expect.poll(() => outcomes('invalid-index'), PATIENCE).toEqual(['verified-fixed'])
  await expect.poll(mine, PATIENCE).toEqual(['verified-fixed'])
})

test('a leak that a recovery ends as a whole: verified fixed by it', { timeout: 90_000 }, async () => {
  const { db, records, monitor, acting, store } = await watched(LATEST)
  const { ledger } = store
  const { operator, owner, open, context } = acting
  const recovery = createRecovery(['db'], {
    ...{ ledger, operator, owner, open, context, now: Date.now },
    window: () => ({ open: true, next: 0, timezone: 'UTC' }),
    settings: { policies: {}, thresholds: { 'connection-exhaustion': { idle: 0.2, leak: 3 } } },
  })
  onTestFinished(() => recovery.stop())
  await expect.poll(() => monitor.state('db')?.health, PATIENCE).toBeDefined()
  const name = 'booking "sync"'
  // Sessions of other tests are on the server.
  const mine = async () =>
    (await records('connection-leak')).filter((f) => f.subject === `application ${name}`)
  const outcomes = async () => (await mine()).map((f) => f.outcome)
  for (let n = 0; n < 5; n++) await (await db.client()).query(`SET application_name = '${name}'`)
  await expect.poll(() => outcomes(), PATIENCE).toEqual(['open'])
  const { hash } = await recovery.plan('db', 'connection-exhaustion')
  const actor = { kind: 'person', name: 'ann' } as const
  const done = await recovery.run('db', 'connection-exhaustion', { hash, actor })
  expect(done).toMatchObject({ status: 'recovered', freed: 5 })
  await expect.poll(() => outcomes(), PATIENCE).toEqual(['verified-fixed'])
  expect(await mine()).toMatchObject([
    { fixedBy: { run: done.id, action: 'connection-exhaustion', detail: done.verification?.detail } },
  ])
})

/** How a remedy says what an action does. */
const WORDS: Readonly<Record<string, RegExp>> = {
  vacuum: /\bVACUUM \((ANALYZE|FREEZE)\)/,
  'vacuum-full': /\bVACUUM FULL\b/,
  analyze: /\bANALYZE on the table/,
  'create-index-concurrently': /\bCREATE INDEX CONCURRENTLY over/,
  'reindex-concurrently': /^REINDEX INDEX CONCURRENTLY/,
  'drop-invalid-index': /\bDROP INDEX CONCURRENTLY/,
  'terminate-backend': /\bEnd the session\b|\bA session: end\b|: end it\./,
  'cancel-backend': /\bcancel it\b/,
}

test('an action that the remedy of a rule names mends that rule', () => {
  const named = rules.flatMap(({ name, remedy }) =>
    Object.entries(WORDS).flatMap(([action, words]) => (words.test(remedy) ? [[action, name] as const] : [])),
  )
  const found = new Set(named.map(([action]) => action))
  expect([...found].sort()).toEqual(Object.keys(WORDS).sort())
  const mends = new Map(actions.map((action) => [action.name, action.mends ?? []]))
  expect(named.filter(([action, rule]) => !mends.get(action)?.includes(rule))).toEqual([])
})

test.each(majors)(
  'PostgreSQL %i: a plan addresses the findings that its action mends, by name',
  async (major) => {
    const db = await freshDatabase(major)
    onTestFinished(() => db.drop())
    await run(
      db.url,
      'CREATE TABLE "The Hall" (a int, b int, UNIQUE (a, b))',
      `CREATE TABLE ${table} (id int PRIMARY KEY, "At" int, place int, CONSTRAINT "in" FOREIGN KEY ("At", place) REFERENCES "The Hall" (a, b))`,
    )
    const targets = [{ name: 'db', url: db.url }]
    const store = await openStore({ path: join(temporaryFolder(), 'history.db') })
    onTestFinished(() => store.close())
    const acting = createActing({ targets, config: parseConfig({}), store, allow: true })
    onTestFinished(() => acting.stop())
    const addressed = async (action: string, input: Input) =>
      (await acting.operator.plan('db', action, input)).addresses ?? []
    const guests = { table: 'Guest List' }
    const [{ name: database } = {}] = await run(db.url, 'SELECT current_database() AS name')
    expect(await addressed('vacuum', guests)).toEqual(
      expect.arrayContaining([`vacuum-overdue/${subject}`, `vacuum-overdue/${subject} TOAST`]),
    )
    expect(await addressed('vacuum', guests)).not.toContain(`wraparound/database ${database}`)
    expect(await addressed('vacuum', { ...guests, freeze: true })).toEqual(
      expect.arrayContaining([`wraparound/database ${database}`, `freeze-overdue/database ${database}`]),
    )
    expect(await addressed('vacuum-full', { ...guests, space_checked: true })).toEqual(
      expect.arrayContaining([`table-bloat/${subject}`, 'index-bloat/index public.Guest List_pkey']),
    )
    expect(
      await addressed('reindex-concurrently', { index: 'Guest List_pkey', space_checked: true }),
    ).toContain('index-bloat/index public.Guest List_pkey')
    const key = `unindexed-foreign-key/${subject} in`
    const index = (columns: string) =>
      addressed('create-index-concurrently', { ...guests, columns, space_checked: true })
    expect(await index('place, "At", id')).toContain(key)
    expect(await index('place')).not.toContain(key)
    expect(await index('id, place, "At"')).not.toContain(key)
  },
)

test('what an action says that it mends are rules that there are', () => {
  const known = new Set(rules.map((rule) => rule.name))
  const said = [...actions, ...runbooks].flatMap(({ name, mends = [] }) =>
    mends.map((rule) => [name, rule] as const),
  )
  expect(said.length).toBeGreaterThan(5)
  expect(said.filter(([, rule]) => !known.has(rule))).toEqual([])
})
