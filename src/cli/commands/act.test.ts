import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { freshDatabase, LATEST } from '../../../test/servers.ts'
import { temporaryFolder } from '../../../test/store.ts'
import { run } from '../run.ts'

async function withTable() {
  const db = await freshDatabase(LATEST)
  onTestFinished(() => db.drop())
  await db.query('CREATE TABLE orders (id int)')
  const store = join(temporaryFolder(), 'history.db')
  const act = async (args: readonly string[], given: Parameters<typeof testIo>[0] = {}) => {
    const test = testIo(given)
    const code = await run([...args, '--store', store], test.io)
    return { code, out: test.out(), err: test.err() }
  }
  return { db, store, act }
}

it('lists the actions', async () => {
  const { io, out } = testIo()
  expect(await run(['act'], io)).toBe(0)
  expect(out()).toContain('create-index-concurrently')
  expect(out()).toContain('[schema] table')
})

it('shows the plan and changes nothing on a dry run', async () => {
  const { db, act } = await withTable()
  const seen = await act([
    'act',
    'create-index-concurrently',
    'table=orders',
    'columns=id',
    db.url,
    '--dry-run',
  ])
  expect(seen.code).toBe(0)
  expect(seen.out).toContain('CREATE INDEX CONCURRENTLY orders_id_idx ON public.orders')
  expect(seen.out).toContain('DROP INDEX CONCURRENTLY public.orders_id_idx;')
  expect(await db.query(`SELECT to_regclass('orders_id_idx') AS i`)).toEqual([{ i: null }])
})

it('runs with --yes, verifies, and keeps the run', async () => {
  const { db, act } = await withTable()
  const done = await act(['act', 'vacuum', 'table=orders', db.url, '--yes'])
  expect(done).toMatchObject({ code: 0, out: expect.stringContaining('Verified: Dead rows') })
  const json = await act(['act', 'analyze', 'table=orders', db.url, '--yes', '--json'])
  expect(JSON.parse(json.out)).toMatchObject({ status: 'done', plan: { action: 'analyze' } })
  const { out } = await act(['runs'])
  expect(out).toMatch(/done.*Analyze.*done.*Vacuum/s)
  expect(JSON.parse((await act(['runs', '--json', '--limit', '1'])).out)).toHaveLength(1)
})

it('asks, and does nothing on no or where nobody can answer', async () => {
  const { db, store, act } = await withTable()
  const args = ['act', 'vacuum', 'table=orders', db.url]
  expect(await act(args)).toMatchObject({ code: 2, err: expect.stringContaining('--yes') })
  for (const [key, code] of [
    ['n', 2],
    ['y', 0],
  ] as const) {
    const { io, printed, press } = testIo({ answers: true })
    const running = run([...args, '--store', store], io)
    await printed(/\[y\/N\]/)
    press(key)
    expect(await running).toBe(code)
  }
})

it('ends with 2 when a precondition does not hold or it can not be planned', async () => {
  const { db, act } = await withTable()
  const refused = await act(['act', 'vacuum', 'table=orders', db.blindUrl, '--yes'])
  expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('✗ privilege') })
  const missing = await act(['act', 'vacuum', 'table=nothing', db.url, '--yes'])
  expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('there is no public.nothing') })
  const mistyped = await act(['act', 'vacum', 'table=orders', db.url])
  expect(mistyped).toMatchObject({ code: 2, err: expect.stringContaining('did you mean vacuum?') })
  const wrong = await act(['act', 'terminate-backend', 'pid=abc', db.url])
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('not a number') })
})
