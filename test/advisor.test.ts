import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Major } from '../src/core/probe.ts'
import { buildDatabase } from '../src/demo/build.ts'
import { asAdmin } from '../src/demo/database.ts'
import { ENTITY_SUMMARY } from '../src/demo/request.ts'
import { ROLES } from '../src/demo/roles.ts'
import type { WorkloadAdvice } from '../src/optimizer/advice.ts'
import { adviseIndexes } from '../src/optimizer/advise.ts'
import { namedTables } from '../src/optimizer/named-tables.ts'
import { loadParser, parseStatement } from '../src/optimizer/parse.ts'
import { buildWorkload } from '../src/optimizer/workload.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { type Activity, watchActivity } from '../src/statement-activity.ts'
import { freshDatabase, LATEST, majors, serverUrl, type TestDatabase } from './servers.ts'
import { testShadow } from './shadow.ts'
import { costsOf, dropIndexes, savedBetween, serveTraffic } from './wedsync.ts'

const SCALE = 0.1
/** The oldest and one more: the method is the same on all, and plans of the others are compared elsewhere. */
const chosen = [...new Set([majors[0] ?? LATEST, LATEST])]

const shadow = testShadow()
beforeAll(() => loadParser())

/** WedSync at the scale; `bare`: without the indexes that no key needs. */
async function wedsync(major: Major, bare: boolean): Promise<TestDatabase> {
  const db = await freshDatabase(major)
  await asAdmin(serverUrl(major), async (client) => {
    for (const sql of ROLES) await client.query(sql)
  })
  await buildDatabase(db.url, { scale: SCALE, seed: 7 })
  if (bare) await dropIndexes(await db.client())
  return db
}

/** What happens while `work` runs. */
async function during<T>(
  db: TestDatabase,
  work: () => Promise<T>,
): Promise<{ activity: Activity; result: T }> {
  const watch = await watchActivity(parseUrl(db.url, {}))
  try {
    const result = await work()
    return { activity: await watch.read(), result }
  } finally {
    await watch.close()
  }
}

async function advise(
  db: TestDatabase,
  { entries, window }: Activity,
  url = db.url,
): Promise<WorkloadAdvice> {
  const { statements } = buildWorkload(entries)
  const planner = await shadow().prepare({
    spec: parseUrl(url, {}),
    key: url,
    tables: namedTables(statements),
  })
  try {
    return await adviseIndexes({ entries, window, schema: planner.schema, whatIf: planner.whatIf })
  } finally {
    await planner.close()
  }
}

/** Makes the indexes as the advice says. */
async function follow(client: pg.Client, { indexes }: WorkloadAdvice): Promise<void> {
  for (const { ddl } of indexes) for (const sql of ddl) await client.query(sql)
}

describe.each(chosen)('PostgreSQL %i', (major) => {
  let bare: TestDatabase
  let whole: TestDatabase
  beforeAll(async () => {
    bare = await wedsync(major, true)
    whole = await wedsync(major, false)
  })
  afterAll(() => Promise.all([bare?.drop(), whole?.drop()]))

  test('WedSync without its indexes: the advice really saves three quarters of the workload', async () => {
    const client = await bare.client()
    const { activity, result: calls } = await during(bare, () => serveTraffic(client))
    const advice = await advise(bare, activity)
    const before = await costsOf(client, calls)
    await follow(client, advice)
    const after = await costsOf(client, calls)
    const { saved: real, worse } = savedBetween(buildWorkload(activity.entries).statements, before, after)
    const predicted = 1 - advice.after / advice.before
    const mb = advice.indexes.reduce((sum, i) => sum + i.bytes, 0) / 2 ** 20
    console.log(
      `PostgreSQL ${major}, ${advice.statements} statements, ${advice.effort.candidates} candidates, ${advice.effort.calls} calls: ` +
        `${advice.indexes.length} indexes, ${mb.toFixed(1)} MB; predicted −${(100 * predicted).toFixed(1)} %, real −${(100 * real).toFixed(1)} %`,
    )
    expect(advice.indexes.length).toBeLessThanOrEqual(25)
    expect(real).toBeGreaterThanOrEqual(0.74)
    expect(Math.abs(real - predicted)).toBeLessThan(0.1)
    expect(worse).toEqual([])
  })

  test('once followed, the same is not advised again, nor taken back', async () => {
    const client = await bare.client()
    const made = await bare.query(
      `select indexname as name, indexdef as ddl from pg_indexes where indexname like '%\\_idx'`,
    )
    expect(made.length).toBeGreaterThan(3)
    const { activity } = await during(bare, () => serveTraffic(client))
    const { indexes, drops } = await advise(bare, activity)
    // Names are new ones; the same columns of another table are another index.
    const what = (create: unknown) =>
      String(create)
        .replace(/ CONCURRENTLY|"|;/g, '')
        .replace(/^.*? ON /, '')
    const again = new Set(indexes.map((i) => what(i.ddl[0])))
    for (const { ddl: old } of made) expect(again).not.toContain(what(old))
    // Only where a new one does the work of an old one as well.
    const names = new Set(indexes.map((i) => i.name))
    for (const drop of drops) expect(names).toContain(drop.coveredBy)
  })

  test('a missing index is found, and saves what was predicted', async () => {
    const client = await whole.client()
    await client.query('drop index activity_logs_entity_id_created_at_idx')
    const { rows: forms } = await client.query('select id from forms order by id desc limit 20')
    const ask = async () => {
      for (const { id } of forms) await client.query(ENTITY_SUMMARY, [id])
    }
    const { activity } = await during(whole, ask)
    const advice = await advise(whole, activity)
    const [found] = advice.indexes
    expect(found?.spec).toMatchObject({
      table: 'activity_logs',
      keys: [{ column: 'entity_id' }, {}].slice(0, found?.spec.keys.length),
    })
    const [statement] = found?.statements ?? []
    const { fingerprint } = parseStatement(ENTITY_SUMMARY)
    const calls = forms.map(({ id }) => ({ sql: ENTITY_SUMMARY, values: [id] }))
    const before = await costsOf(client, calls)
    const blocks = await blocksRead(client, forms[0].id)
    await follow(client, advice)
    const after = await costsOf(client, calls)
    const real = (after.get(fingerprint) ?? 0) / (before.get(fingerprint) ?? 0)
    const predicted = (statement?.costAfter ?? 0) / (statement?.costBefore ?? 0)
    console.log(
      `PostgreSQL ${major}, missing index: cost predicted × ${predicted.toFixed(4)}, real × ${real.toFixed(4)}; blocks ${blocks} → ${await blocksRead(client, forms[0].id)}`,
    )
    expect(real).toBeLessThan(0.05)
    expect(predicted).toBeLessThan(0.05)
    expect(await blocksRead(client, forms[0].id)).toBeLessThan(blocks / 10)
  })

  test('a slow query that no index helps is named', async () => {
    const client = await whole.client()
    const slow = `with recent as (select id, action, metadata from activity_logs order by created_at desc limit $1)
      select count(*) from recent a join recent b on a.id < b.id and lower(a.action) like lower(b.action) || '%'`
    const { activity } = await during(whole, () => client.query(slow, [500]))
    const advice = await advise(whole, activity)
    expect(advice.indexes).toEqual([])
    expect(advice.unhelped.map((u) => u.text)).toEqual([expect.stringContaining('with recent as')])
  })

  test('an index that the advised one makes needless may go', async () => {
    const client = await whole.client()
    await client.query('drop index activity_logs_supplier_id_created_at_idx')
    await client.query('create index narrow on activity_logs (supplier_id)')
    const { rows: suppliers } = await client.query('select id from suppliers limit 20')
    const sql =
      'select action, created_at from activity_logs where supplier_id = $1 order by created_at desc limit 30'
    const { activity } = await during(whole, async () => {
      for (const { id } of suppliers) await client.query(sql, [id])
    })
    const { indexes, drops } = await advise(whole, activity)
    expect(indexes[0]?.spec.keys).toEqual([{ column: 'supplier_id' }, { column: 'created_at' }])
    expect(drops).toMatchObject([
      {
        index: 'narrow',
        coveredBy: indexes[0]?.name,
        ddl: ['DROP INDEX CONCURRENTLY public.narrow;'],
        undo: ['CREATE INDEX CONCURRENTLY narrow ON public.activity_logs USING btree (supplier_id);'],
      },
    ])
    for (const sql of [...drops, ...indexes].flatMap((d) => d.ddl)) await client.query(sql)
    for (const sql of [...drops, ...indexes].flatMap((d) => d.undo)) await client.query(sql)
  })

  test('without statistics advice is withheld, with the grant that would help', async () => {
    const client = await whole.client()
    const { activity } = await during(whole, () =>
      client.query('select * from activity_logs where ip_address = $1', ['10.0.0.1']),
    )
    const blind = await advise(whole, activity, whole.monitorUrl)
    expect(blind).toMatchObject({
      indexes: [],
      withheld: { reason: expect.stringContaining('activity_logs') },
    })
    expect(blind.withheld?.remedy).toMatch(/^GRANT pg_read_all_data TO pgtend_monitor/)
    expect((await advise(whole, activity)).withheld).toBeUndefined()
  })

  test('a table that was never analysed: the same, with ANALYZE', async () => {
    const client = await whole.client()
    await client.query(
      'create table fresh with (autovacuum_enabled = false) as select i, i % 7 as k from generate_series(1, 50000) i',
    )
    const { activity } = await during(whole, () => client.query('select * from fresh where i = $1', [7]))
    expect((await advise(whole, activity)).withheld).toMatchObject({ remedy: 'ANALYZE public.fresh;' })
    await client.query('analyze fresh')
    const { indexes } = await advise(whole, activity)
    expect(indexes.map((i) => i.summary)).toEqual(['fresh (i)'])
  })
})

/** Blocks that the summary of one form touches. */
async function blocksRead(client: pg.Client, form: string): Promise<number> {
  const { rows } = await client.query(`explain (analyze, buffers, format json) ${ENTITY_SUMMARY}`, [form])
  const { Plan: plan } = rows[0]['QUERY PLAN'][0]
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
}
