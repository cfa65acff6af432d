import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillOrders, type OptimizerApp, optimizerApp, plannerHome } from '../../../test/optimizer-app.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../../test/servers.ts'
import type { OptimizeState } from '../../optimizer/optimize-run.ts'
import type { QueryList, QuerySummary } from '../../optimizer/query-list.ts'
import type { QueryReport } from '../../optimizer/report.ts'

let db: TestDatabase
let other: TestDatabase
let app: OptimizerApp
const home = plannerHome()

beforeAll(async () => {
  db = await freshDatabase(LATEST)
  other = await freshDatabase(LATEST)
  await fillOrders(db)
  app = optimizerApp(
    [
      { name: 'Shop', url: db.url },
      { name: 'Gone', url: 'postgres://app:hidden@127.0.0.1:1/nowhere' },
    ],
    home(),
  )
})
afterAll(async () => {
  await app?.stop()
  await Promise.all([db?.drop(), other?.drop()])
})

const work = () => db.query('select * from orders where customer = $1', [42])
const list = async (): Promise<QueryList> => (await app.ask('/api/queries')).body as unknown as QueryList
const find = async (part: string): Promise<QuerySummary | undefined> =>
  (await list()).statements.find((s) => s.text?.includes(part))
const report = async (path: string): Promise<QueryReport> => {
  for (;;) {
    const { status, body } = await app.ask(path)
    if (status === 202) {
      expect(body).toMatchObject({ id: expect.any(String), progress: { done: expect.any(Number) } })
      await new Promise((resolve) => setTimeout(resolve, 50))
    } else {
      expect({ status, body }).toMatchObject({ status: 200 })
      return body as unknown as QueryReport
    }
  }
}

describe('a statement that ran', () => {
  let found: QuerySummary
  test('is listed with its figures and what its text is reproached with', async () => {
    await expect
      .poll(
        async () => {
          await work()
          return find('from orders where customer')
        },
        { timeout: 30_000, interval: 300 },
      )
      .toMatchObject({
        ...{ text: 'select * from orders where customer = $1', database: db.name, rowsPerCall: 10 },
        toplevel: true,
        lint: { critical: 0, warning: 0, info: 1 },
      })
    found = (await find('from orders where customer')) as QuerySummary
    const { window, statements } = await list()
    expect(window).toBeGreaterThan(0)
    expect(statements.reduce((sum, s) => sum + s.share, 0)).toBeLessThan(1.001)
    expect(JSON.stringify(statements)).not.toContain('pgtend:')
  })

  test('gets a report with plan, findings and a proved index; the next asker gets the same', async () => {
    const path = `/api/queries/${found.id}/report`
    const made = await report(path)
    expect(made).toMatchObject({
      ...{ queryId: found.queryId, sql: found.text, toplevel: true, gaps: [] },
      plan: { by: 'shadow', generic: false, role: found.user, explained: { analyzed: false } },
      indexes: [{ summary: 'orders (customer)', action: { name: 'create-index-concurrently' } }],
    })
    expect(made.findings.map((f) => f.rule)).toContain('select-star')
    const [index] = made.indexes
    expect((index?.statements[0]?.costBefore ?? 0) / (index?.statements[0]?.costAfter ?? 1)).toBeGreaterThan(
      5,
    )
    expect((await report(path)).at).toBe(made.at)
    expect((await report(`/api/queries/${found.queryId}/report`)).fingerprint).toBe(made.fingerprint)
    await app.ask(`${path}?fresh=1`)
    expect((await report(path)).at).toBeGreaterThan(made.at)
  })

  test('in another database it is not planned here, and that is said', async () => {
    const ask = async () => {
      // So long that it is among those listed, whatever else runs on the server.
      await other.query('select 17 as elsewhere, pg_sleep(0.2)')
      return find('elsewhere')
    }
    await expect.poll(ask, { timeout: 30_000 }).toMatchObject({ database: other.name })
    const there = await ask()
    const made = await report(`/api/queries/${there?.id}/report`)
    expect(made.gaps).toMatchObject([{ part: 'plan', reason: expect.stringContaining(other.name) }])
  })
})

test('any text gets a report, and is executed nowhere', async () => {
  const sql = `delete from orders where note like '%;drop table orders; --' or customer = 7`
  const answer = await app.ask('/api/queries/report', { sql })
  const made =
    answer.status === 200
      ? (answer.body as unknown as QueryReport)
      : await report(`/api/queries/${String(answer.body.id)}/report`)
  expect(made.findings.map((f) => f.rule)).toContain('leading-wildcard-like')
  expect(made.plan?.explained.plan['Node Type']).toBe('ModifyTable')
  expect(await db.query('select count(*)::int as n from orders')).toEqual([{ n: 50_000 }])
})

const DAMAGE = `select '\\'; commit; drop table orders; --`
test.each([
  ['a statement that breaks out', { sql: DAMAGE }, 400, 'several-statements'],
  ['two statements', { sql: 'select 1; drop table orders' }, 400, 'several-statements'],
  ['a DO block', { sql: `do $$ begin delete from orders; end $$` }, 400, 'not-plannable'],
  ['a cut text', { sql: 'select * from orders where' }, 400, 'truncated-sql'],
  ['a zero byte', { sql: 'select 1\0; drop table orders' }, 400, 'bad-sql'],
  ['nothing', { sql: '' }, 400, 'bad-request'],
  ['no text', { sql: 7 }, 400, 'bad-request'],
  ['a key too many', { sql: 'select 1', execute: true }, 400, 'bad-request'],
  ['a megabyte', { sql: `select '${'x'.repeat(2 ** 20)}'` }, 400, 'bad-request'],
  ['no JSON', '{"sql":', 400, 'bad-request'],
  ['a target that is not', { sql: 'select 1', target: 'nobody' }, 404, 'unknown-target'],
  ['a target out of reach', { sql: 'select 1', target: 'gone' }, 503, 'unreachable'],
])('%s is refused', async (_, body, status, code) => {
  expect(await app.ask('/api/queries/report', body)).toMatchObject({ status, body: { error: { code } } })
  expect(await db.query('select count(*)::int as n from orders')).toEqual([{ n: 50_000 }])
})

test.each([
  ['a statement that never ran', '/api/queries/17/report', 404, 'unknown-query'],
  ['a path', '/api/queries/..%2F..%2Fetc/report', 404, 'unknown-query'],
  ['a long id', `/api/queries/${'9'.repeat(5000)}/report`, 404, 'unknown-query'],
  ['a wrong flag', '/api/queries/17/report?fresh=yes', 400, 'bad-request'],
  ['an unknown parameter', '/api/queries?limit=7', 400, 'bad-request'],
])('%s is refused', async (_, path, status, code) => {
  expect(await app.ask(path)).toMatchObject({ status, body: { error: { code } } })
})

test('what is not known yet has no window, and what can not be known says why', async () => {
  expect(await app.ask('/api/queries?target=gone')).toEqual({
    ...{ status: 200, body: { window: null, statements: [] } },
  })
})

describe('the workload', () => {
  const state = async () => (await app.ask('/api/optimize')).body as unknown as OptimizeState

  test('is optimized once at a time, and the report is kept', async () => {
    expect(await state()).toEqual({ state: 'never' })
    const body = { target: 'shop', seconds: 2, budgetMb: 50, maxIndexes: 3 }
    expect(await app.ask('/api/optimize', body)).toMatchObject({ status: 202, body: { state: 'running' } })
    expect(await app.ask('/api/optimize', {})).toMatchObject({
      ...{ status: 409, body: { error: { code: 'already-running' } } },
    })
    await expect
      .poll(
        async () => {
          await work()
          return (await state()).state
        },
        { timeout: 60_000, interval: 100 },
      )
      .toBe('done')
    expect(await state()).toMatchObject({
      report: { advice: { indexes: [{ summary: 'orders (customer)' }] } },
    })
  })

  test('is left alone when that is asked for', async () => {
    await app.ask('/api/optimize', { seconds: 600 })
    expect((await app.ask('/api/optimize/cancel', {})).body).toMatchObject({
      ...{ state: 'failed', error: { code: 'optimization-cancelled' }, report: { target: 'shop' } },
    })
    expect((await app.ask('/api/optimize/cancel', {})).status).toBe(200)
  })

  test.each([{ seconds: 0 }, { seconds: '1' }, { budgetMb: -1 }, { maxIndexes: 1.5 }, { x: 1 }])(
    '%j is refused',
    async (body) => {
      expect(await app.ask('/api/optimize', body)).toMatchObject({ status: 400 })
    },
  )
})
