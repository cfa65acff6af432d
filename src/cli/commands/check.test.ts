import { afterAll, beforeAll, expect, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { freshDatabase, LATEST, majors, serverUrl, type TestDatabase } from '../../../test/servers.ts'
import { cells } from '../../render/text.ts'
import { run } from '../run.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await freshDatabase(LATEST)
})
afterAll(() => database.drop())

const check = async (url: string, ...more: string[]) => {
  const { io, out, err } = testIo()
  const code = await run(['check', url, '--interval', '0.1', ...more], io)
  return { code, out: out(), err: err() }
}

test.each(majors)('PostgreSQL %i: a report of at most 80 columns', async (major) => {
  const { out, err } = await check(serverUrl(major, { user: 'pgtend_monitor' }))
  expect(err).toBe('')
  expect(out).toMatch(new RegExp(`PostgreSQL ${major}\\.\\d+, primary, database postgres`))
  expect(out).toMatch(/^\d+ of 100, \w+/m)
  expect(out).toMatch(/Connections +\d+ of \d+/)
  for (const line of out.split('\n')) if (!/;$/.test(line)) expect(cells(line)).toBeLessThanOrEqual(80)
})

test('a session left in its transaction is found, and not any more when it ended', async () => {
  const client = await database.client()
  await client.query("SET application_name = 'forgetful'; BEGIN; SELECT 1")
  const config = { env: { DATABASE_URL: database.monitorUrl } }
  const { io, out } = testIo(config)
  const code = await run(['check', '--json', '--interval', '0.1'], io)
  const report = JSON.parse(out())
  expect(report).toMatchObject({
    target: { url: database.monitorUrl },
    server: { database: database.name, user: 'pgtend_monitor', role: 'primary' },
    coverage: expect.any(Number),
  })
  expect(report.window).toBeGreaterThan(0.09)
  const severe = report.findings.filter((f: { severity: string }) => f.severity !== 'info')
  expect(code).toBe(severe.length > 0 || report.status !== 'healthy' ? 1 : 0)
  await client.query('COMMIT')
})

test('a role without grants: what is not known is said with the grant, and it is not healthy', async () => {
  const { code, out } = await check(database.blindUrl)
  expect(code).toBe(1)
  expect(out).toMatch(/Not known: \d+ rules could not be judged/)
  expect(out).toMatch(/GRANT pg_monitor TO "?pgtend_blind"?/)
  expect(out).not.toMatch(/of 100, healthy/)
})

test('a server that is not there, or refuses, is exit code 3', async () => {
  expect(await check('postgres://127.0.0.1:1/x')).toMatchObject({ code: 3, out: '' })
  const refused = await check(serverUrl(LATEST, { database: 'no_such_database' }))
  expect(refused).toMatchObject({ code: 3, out: '' })
  expect(refused.err).toContain('no_such_database')
})

test('being stopped ends it at once', async () => {
  const { io, stop } = testIo()
  const code = run(['check', database.monitorUrl, '--interval', '600'], io)
  stop()
  expect(await code).toBe(130)
})
