import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { query, start, tempFolder } from '../../../test/embedded.ts'
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

test('without pg_stat_statements nothing is called healthy, and nothing fails for it', async () => {
  const folder = tempFolder()
  onTestFinished(folder.remove)
  const server = await start(folder.fresh())
  onTestFinished(() => server.stop('immediate'))
  const { code, out } = await check(server.url())
  expect(out).toMatch(/^100 of 100, unknown .*\nWhat is not known may take it down to 65: see the end\.$/m)
  expect(out).toMatch(/^ +Many slow statements, Slow on average, Slow statement$/m)
  expect(out).toContain('CREATE EXTENSION pg_stat_statements;')
  expect(code).toBe(0)
  await query(server, 'CREATE EXTENSION pg_stat_statements')
  expect(await check(server.url())).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^100 of 100, healthy/m),
  })
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

test.each(majors)(
  'PostgreSQL %i: how old the statistics are is said, and a crash makes them new',
  {
    timeout: 60_000,
  },
  async (major) => {
    const folder = tempFolder()
    onTestFinished(folder.remove)
    const dataDir = folder.fresh()
    const first = await start(dataDir, { major })
    const before = JSON.parse((await check(first.url(), '--json')).out)
    await first.kill()
    const second = await start(dataDir, { major })
    onTestFinished(() => second.stop('immediate'))
    const after = JSON.parse((await check(second.url(), '--json')).out)
    expect(after.statistics.because).toBe(
      'the statistics of the server began anew: made, reset or lost in a crash',
    )
    // Only the crash, never a start, makes them new.
    expect(after.statistics.since).toBeGreaterThan(before.statistics.since)
    expect((await check(second.url())).out).toMatch(/Statistics +counted for [\d.]+ m?s, since/)
  },
)

test('with pg_monitor alone the one grant that is missing is said once, with what it would show', async () => {
  const url = database.monitorUrl
  for (const command of ['check', 'doctor']) {
    const { io, out } = testIo()
    await run([command, url], io)
    expect(out().match(/^ +GRANT pg_read_all_data TO/gm)).toHaveLength(1)
    expect(out()).toMatch(/Bloated index, Bloated table/)
  }
})
