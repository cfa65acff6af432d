import { afterAll, beforeAll, expect, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../../test/servers.ts'
import type { Health } from '../../core/health.ts'
import { ok } from '../../core/outcome.ts'
import { renderScreen } from '../../render/screen.ts'
import { run } from '../run.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase(LATEST)
})
afterAll(() => database.drop())

test('into a pipe: a line for each cycle, until stopped', async () => {
  const { io, out, printed, stop } = testIo()
  const code = run(['watch', database.monitorUrl, '--interval', '1'], io)
  await printed(/(score=.*\n.*){2}/)
  stop()
  expect(await code).toBe(0)
  for (const line of out().trimEnd().split('\n')) {
    expect(line).toMatch(/^\d{4}-\S+Z score=\d+ status=\w+ connections=\d+ .*findings=\d+$/)
  }
})

test('as JSON: an object for each cycle', async () => {
  const { io, out, printed, stop } = testIo()
  const code = run(['watch', database.monitorUrl, '--interval', '1', '--json'], io)
  await printed(/\}\n/)
  stop()
  await code
  expect(JSON.parse(out().split('\n')[0] ?? '')).toMatchObject({
    connection: 'connected',
    connections: { used: expect.any(Number) },
  })
})

test('on a terminal: a screen that shows who blocks whom, left with q', async () => {
  const { client } = database
  const [holder, waiter] = [await client(), await client()]
  await holder.query('CREATE TABLE t ()')
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE t')
  await waiter.query("SET application_name = 'waiter'")
  const waiting = waiter.query('SELECT * FROM t')
  const { io, out, printed, press } = testIo({ rows: 40 })
  const code = run(['watch', database.monitorUrl, '--interval', '1'], io)
  await printed(/Blocked and blocking[\s\S]*waiter/)
  press('x')
  press('q')
  expect(await code).toBe(0)
  expect(out()).toMatch(/1 session blocked by 1/)
  // The terminal is left as it was found.
  expect(out().startsWith('\u001b[?1049h')).toBe(true)
  expect(out().endsWith('\u001b[?1049l')).toBe(true)
  await holder.query('ROLLBACK')
  await waiting
})

test('on a terminal: statements inside functions are marked', () => {
  const rows = ['true', 'false'].map((toplevel) => ({ toplevel, query: 'SELECT 1', share: 0.5, total: 1 }))
  const screen = renderScreen({
    ...{ name: 'db', connection: 'connected', since: 0 },
    health: { score: 100, status: 'good', coverage: 1, findings: [] } as unknown as Health,
    tables: new Map([['statement-rates', { outcome: ok(rows) }]]),
  })
  expect(screen.split('\n').filter((line) => line.includes('SELECT 1'))).toEqual([
    expect.not.stringContaining('function'),
    expect.stringContaining('(in a function) SELECT 1'),
  ])
})

test('a server never met is an error, not something to wait for', async () => {
  const { io, err } = testIo()
  expect(await run(['watch', 'postgres://127.0.0.1:1/x'], io)).toBe(3)
  expect(err()).toContain('connection refused')
})
