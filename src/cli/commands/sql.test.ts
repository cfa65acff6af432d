import { afterEach, beforeEach, expect, test } from 'vitest'
import { testIo } from '../../../test/io.ts'
import { freshDatabase, LATEST, type TestDatabase } from '../../../test/servers.ts'
import { healthOf } from '../../../test/sql-pack.ts'
import { run } from '../run.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await freshDatabase(LATEST)
})
afterEach(() => database.drop())

const sql = async (...args: string[]) => {
  const { io, out, err } = testIo()
  const code = await run(['sql', ...args], io)
  return { code, out: out(), err: err() }
}
const installed = async () =>
  (await database.query(`SELECT 1 FROM pg_namespace WHERE nspname = 'pgtend'`)).length === 1

test('installs, tells its state and removes', async () => {
  expect(await sql('status', database.url)).toMatchObject({
    code: 1,
    out: expect.stringContaining('not installed'),
  })
  const done = await sql('install', database.url, '--rpc', '--grant', 'pgtend_monitor', '--yes')
  expect(done).toMatchObject({ code: 0, err: '' })
  expect(done.out).toMatch(/Make the schema pgtend[\s\S]*Let pgtend_monitor use it[\s\S]*Done/)
  await healthOf(database.monitorUrl, 'public.check_database_health()')
  const { out } = await sql('status', database.url)
  expect(out).toMatch(/version 2\.\n.*used by pgtend_monitor[\s\S]*called by postgres, pgtend_monitor/)
  const json = JSON.parse((await sql('status', database.url, '--json')).out) as object
  expect(json).toMatchObject({ available: 2, installed: 2, guests: ['pgtend_monitor'], rpc: 'ours' })
  expect(await sql('uninstall', database.url, '-y')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Removed'),
  })
  expect(await installed()).toBe(false)
})

test('asks first: y does it, any other key does not, and where nobody can answer it is refused', async () => {
  for (const [key, code] of [
    ['\u0003', 1],
    ['y', 0],
  ] as const) {
    const { io, press, printed, out } = testIo({ answers: true })
    const running = run(['sql', 'install', database.url], io)
    await printed(/Do it\? \[y\/N\]/)
    expect(out()).toContain('Nobody but you may use it')
    press(key)
    expect(await running).toBe(code)
    expect(await installed()).toBe(code === 0)
  }
  expect(await sql('uninstall', database.url)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--yes'),
  })
  expect(await installed()).toBe(true)
})

test('what it prints is the same as what it does', async () => {
  const { code, out } = await sql('install', '--print', '--rpc', '--grant', 'pgtend_monitor')
  expect(code).toBe(0)
  await database.query(out)
  const rows = await healthOf(database.monitorUrl, 'public.check_database_health()')
  expect(rows.get('overall')?.status).not.toBe('unknown')
  await database.query((await sql('uninstall', '--print')).out)
  expect(await installed()).toBe(false)
})

test('whoever would open it to everybody is warned', async () => {
  await database.query(`DO $$ BEGIN CREATE ROLE anon; EXCEPTION WHEN duplicate_object THEN NULL; END $$`)
  const { out } = await sql('install', database.url, '--rpc', '--grant', 'anon', '--yes')
  expect(out).toMatch(/anon: whoever uses the app would see/)
  await database.query('DROP OWNED BY anon')
})

test.each([
  [['instal'], 'did you mean install?'],
  [[], 'install, upgrade, uninstall, status'],
  [['status', '--rpc'], '--grant and --rpc'],
  [['install', '--json'], 'sql status'],
  [['upgrade', '--print'], '--print'],
])('misuse is explained: %j', async (args, hint) => {
  expect(await sql(...args)).toMatchObject({ code: 2, err: expect.stringContaining(hint) })
})
