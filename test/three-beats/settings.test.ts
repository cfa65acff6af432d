/** Settings, extensions and limits of roles, on a server of its own. */
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { start, tempFolder } from '../embedded.ts'
import { look, lookUntil, run } from '../observe.ts'

const folder = tempFolder()
let server: EmbeddedServer
const see = () => look(server.url())
const set = (...settings: string[]) =>
  run(server.url(), ...settings.map((s) => `ALTER SYSTEM ${s}`), 'SELECT pg_reload_conf()')

beforeAll(async () => {
  server = await start(folder.fresh(), { settings: { checkpoint_completion_target: '0.5' } })
  await run(server.url(), 'CREATE EXTENSION pg_stat_statements')
})
afterAll(async () => {
  await server?.stop('immediate')
  folder.remove()
})

test('a clean server has no finding at all, and every rule is judged', async () => {
  const seen = await see()
  expect(seen.health).toMatchObject({ findings: [], unknown: [], coverage: 1, score: 100 })
})

test('a setting that endangers data is found until it is set back; the advice has the statements', async () => {
  await set('SET full_page_writes = off', 'SET enable_hashjoin = off')
  const seen = await lookUntil(see, (s) => s.findings('settings-review').length === 2)
  expect(seen.findings('settings-review').map((f) => [f.key, f.severity])).toEqual([
    ['settings-review/setting full_page_writes', 'critical'],
    ['settings-review/setting enable_hashjoin', 'warning'],
  ])
  expect(seen.opportunities('tune-setting', 'setting full_page_writes')).toMatchObject([
    { sql: [`ALTER SYSTEM SET full_page_writes = 'on';`, 'SELECT pg_reload_conf();'] },
  ])
  const fixes = seen.opportunities('tune-setting').flatMap((o) => o.sql ?? [])
  await run(server.url(), ...fixes)
  const fixed = await lookUntil(see, (s) => s.findings('settings-review').length === 0)
  // Every value that the review proposes satisfies the review.
  expect(fixed.opportunities('tune-setting')).toEqual([])

  // What ALTER SYSTEM had set comes back, and the rest is as if nothing had been set.
  expect(seen.opportunities('tune-setting', 'setting checkpoint_completion_target')).toMatchObject([
    { undo: ['ALTER SYSTEM RESET checkpoint_completion_target;', 'SELECT pg_reload_conf();'] },
  ])
  await run(server.url(), ...seen.opportunities('tune-setting').flatMap((o) => o.undo ?? []))
  const back = await lookUntil(see, (s) => s.findings('settings-review').length === 2)
  expect(back.opportunities('tune-setting')).toEqual(seen.opportunities('tune-setting'))
  await set('RESET ALL')
  await lookUntil(see, (s) => s.findings('settings-review').length === 0)
})

test('what is set for a role or the database is found there, and taken back there', async () => {
  await run(server.url(), 'CREATE ROLE "app user" LOGIN', 'CREATE ROLE mon LOGIN', 'GRANT pg_monitor TO mon')
  const seeAsMon = () => look(server.url({ user: 'mon' }))
  expect((await seeAsMon()).findings('settings-review')).toEqual([])
  await run(
    server.url(),
    'ALTER ROLE "app user" SET zero_damaged_pages = true',
    'ALTER DATABASE postgres SET enable_hashjoin = off',
    'ALTER ROLE mon SET enable_nestloop = off',
    `ALTER ROLE mon SET idle_in_transaction_session_timeout = '1min'`,
  )
  const seen = await seeAsMon()
  expect(seen.findings('settings-review').map((f) => [f.subject, f.severity])).toEqual([
    ['setting zero_damaged_pages of role app user', 'critical'],
    ['setting enable_hashjoin of database postgres', 'warning'],
    ['setting enable_nestloop of role mon', 'warning'],
  ])
  // Whether others have a timeout can't be seen from a session that has one of its own.
  expect(
    seen.rows('settings-review').find((r) => r.setting === 'idle_in_transaction_session_timeout'),
  ).toMatchObject({ scope: 'server', value: 'not known' })
  const others = await see()
  expect(others.opportunities('tune-setting', 'setting idle_in_transaction_session_timeout')).toHaveLength(1)
  expect(others.findings('settings-review').map((f) => f.key)).toEqual(
    seen.findings('settings-review').map((f) => f.key),
  )

  const advice = seen.opportunities('tune-setting').filter((o) => o.subject.includes(' of '))
  expect(advice.flatMap((o) => o.sql ?? []).sort()).toEqual([
    'ALTER DATABASE postgres RESET enable_hashjoin;',
    'ALTER ROLE "app user" RESET zero_damaged_pages;',
    'ALTER ROLE mon RESET enable_nestloop;',
  ])
  await run(server.url(), ...advice.flatMap((o) => o.sql ?? []))
  expect((await seeAsMon()).findings('settings-review')).toEqual([])
  await run(server.url(), ...advice.flatMap((o) => o.undo ?? []))
  expect((await seeAsMon()).findings('settings-review')).toHaveLength(3)
  await run(
    server.url(),
    'ALTER DATABASE postgres RESET ALL',
    'DROP ROLE "app user"',
    'REVOKE pg_monitor FROM mon',
    'DROP ROLE mon',
  )
})

test('a change that waits for a restart is told until it is made', async () => {
  await set('SET max_connections = 77')
  const seen = await lookUntil(see, (s) =>
    s.rows('settings-review').some((r) => r.setting === 'max_connections'),
  )
  expect(seen.findings('settings-review')).toEqual([])
  await set('RESET max_connections')
  await lookUntil(see, (s) => !s.rows('settings-review').some((r) => r.setting === 'max_connections'))
})

test('an extension older than its files is told until it is updated', async () => {
  expect((await see()).findings('extension-outdated')).toEqual([])
  const [old] = await run(
    server.url(),
    `SELECT source FROM pg_extension_update_paths('pageinspect') WHERE path IS NOT NULL
       AND target = (SELECT default_version FROM pg_available_extensions WHERE name = 'pageinspect')
       AND source IN (SELECT version FROM pg_available_extension_versions WHERE name = 'pageinspect')
     ORDER BY source DESC LIMIT 1`,
  )
  await run(server.url(), `CREATE EXTENSION pageinspect VERSION '${old?.source}'`)
  expect((await see()).findings('extension-outdated')).toMatchObject([
    { subject: 'extension pageinspect', severity: 'info', evidence: { installed: old?.source } },
  ])
  await run(server.url(), 'ALTER EXTENSION pageinspect UPDATE')
  expect((await see()).findings('extension-outdated')).toEqual([])
})

test('the connection limits of a role and of the database are judged', async () => {
  await run(
    server.url(),
    'CREATE ROLE app LOGIN CONNECTION LIMIT 5',
    'ALTER DATABASE postgres CONNECTION LIMIT 9',
  )
  const open = Array.from(
    { length: 5 },
    () => new pg.Client({ connectionString: server.url({ user: 'app' }) }),
  )
  expect((await see()).findings('connections-near-limit')).toEqual([])
  await Promise.all(open.map((c) => c.connect()))
  const seen = await lookUntil(see, (s) => s.findings('connections-near-limit').length > 0)
  expect(seen.findings('connections-near-limit')).toMatchObject([
    { subject: 'role app', severity: 'critical', value: 1, evidence: { used: 5, usable: 5 } },
  ])
  // PostgreSQL holds no superuser to it (InitializeSessionUserId in miscinit.c).
  await run(server.url(), 'ALTER ROLE app SUPERUSER')
  const beyond = await see()
  expect(beyond.findings('connections-near-limit')).toEqual([])
  expect(beyond.rows('connection-limits')).not.toContainEqual(expect.objectContaining({ kind: 'role' }))
  await run(server.url(), 'ALTER ROLE app NOSUPERUSER')
  expect((await see()).findings('connections-near-limit')).toMatchObject([{ subject: 'role app' }])
  await Promise.all(open.map((c) => c.end()))
  await lookUntil(see, (s) => s.findings('connections-near-limit').length === 0)
})

test('statistics emptied by a crash are as old as the crash', async () => {
  await run(server.url(), 'CREATE TABLE read (n int)', 'SELECT count(*) FROM read', 'SELECT pg_stat_reset()')
  const [before] = (await see()).rows('statistics-age')
  expect(before?.because).toContain('database were reset')
  const { dataDir, port } = server
  await server.kill()
  server = await start(dataDir, { port })
  const [after] = (await see()).rows('statistics-age')
  expect(after?.since).toBeGreaterThan(before?.since as number)
  expect(after?.because).toContain('crash')
})
