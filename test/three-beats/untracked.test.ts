/** Settings under which PostgreSQL does not count: what is judged by it is unknown, with the setting, and known again after the fix. */
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { start, tempFolder } from '../embedded.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'
import { majors } from '../servers.ts'

const folder = tempFolder()
afterAll(() => folder.remove())

const unknown = (seen: Look) => seen.health.unknown.map((u) => u.rule).sort()
const fixOf = (seen: Look, rule: string) => seen.health.unknown.find((u) => u.rule === rule)?.fix ?? ''

describe.each(majors)('PostgreSQL %i', (major) => {
  let server: EmbeddedServer
  const clients: pg.Client[] = []
  const client = async (user = 'app') => {
    const opened = new pg.Client({ connectionString: server.url({ user, database: 'postgres' }) })
    opened.on('error', () => {})
    await opened.connect()
    clients.push(opened)
    return opened
  }
  const config = { thresholds: { 'idle-in-transaction': { warning: 0, critical: 600 } } }
  const see = () => look(server.url({ user: 'watcher' }), config)
  const set = (sql: string) => run(server.url(), ...sql.split(';').filter((part) => part.trim() !== ''))

  beforeEach(async () => {
    server = await start(folder.fresh(), { major })
    await run(
      server.url(),
      'CREATE EXTENSION pg_stat_statements',
      'CREATE ROLE app LOGIN SUPERUSER',
      'CREATE ROLE watcher LOGIN',
      'GRANT pg_monitor TO watcher',
      'CREATE TABLE t AS SELECT 1 AS n',
    )
  })
  afterEach(async () => {
    await Promise.allSettled(clients.splice(0).map((c) => c.end()))
    await server?.stop('immediate')
  })

  test('track_activities: what sessions do is not judged until it is on', async () => {
    const hidden = ['connection-leak', 'idle-in-transaction', 'long-transaction', 'untracked-sessions']
    const before = unknown(await see())
    expect(before.filter((rule) => hidden.includes(rule))).toEqual([])

    await set('ALTER SYSTEM SET track_activities = off; SELECT pg_reload_conf()')
    const off = await lookUntil(see, (s) => unknown(s).includes('idle-in-transaction'))
    expect(unknown(off)).toEqual([...before, ...hidden].sort())
    const holds = await client()
    await holds.query('BEGIN; UPDATE t SET n = 2')
    const waits = (await client()).query('UPDATE t SET n = 3').catch(() => {})
    const seen = await lookUntil(see, (s) => s.findings('blocked-sessions').length > 0)
    expect(seen.findings('blocked-sessions')[0]?.summary).not.toContain('disabled')
    expect(seen.rows('connections')).toMatchObject([
      { used: 3, hidden: 2, active: null, idle_in_transaction: null, oldest_transaction: null },
    ])

    await set(fixOf(seen, 'idle-in-transaction'))
    // Nobody has told its state yet: the two are still hidden, and it is said.
    const on = await lookUntil(see, (s) => s.findings('untracked-sessions').length > 0)
    expect(unknown(on)).toEqual(before)
    expect(on.findings('untracked-sessions')).toMatchObject([
      { value: 2, evidence: { users: 'app' }, severity: 'warning' },
    ])
    await holds.query('SELECT 1')
    await lookUntil(see, (s) => s.findings('idle-in-transaction').length === 1)
    await holds.query('COMMIT')
    await waits
    await lookUntil(see, (s) => s.findings('idle-in-transaction').length === 0)
  })

  test.each([
    ['compute_query_id', 'off'],
    ['pg_stat_statements.track', 'none'],
  ])('%s = %s: statements are not judged until they are counted', async (setting, value) => {
    const hidden = ['many-slow-queries', 'slow-average-query', 'slow-query']
    const before = unknown(await see())
    expect(before.filter((rule) => hidden.includes(rule))).toEqual([])

    await set(`ALTER SYSTEM SET ${setting} = ${value}; SELECT pg_reload_conf()`)
    const off = await lookUntil(see, (s) => unknown(s).includes('slow-query'))
    expect(unknown(off)).toEqual(expect.arrayContaining(hidden))
    expect(off.health.unknown.find((u) => u.rule === 'slow-query')).toMatchObject({
      reason: 'missing',
      detail: `${setting} is ${value}: pg_stat_statements counts nothing`,
    })
    expect(off.health.coverage).toBeLessThan(1)

    await set(fixOf(off, 'slow-query'))
    await lookUntil(see, (s) => unknown(s).join() === before.join())
  })

  test('what is set for our own role alone hides nothing of others', async () => {
    const before = unknown(await see())
    await set('ALTER ROLE watcher SET track_activities = off')
    await set("ALTER ROLE watcher SET pg_stat_statements.track = 'none'")
    const other = await client()
    await other.query('BEGIN; UPDATE t SET n = 2')
    const seen = await lookUntil(see, (s) => s.findings('idle-in-transaction').length === 1)
    expect(unknown(seen)).toEqual(before)
    // Where settings of roles are reviewed, it is told as that role's own.
    const others = seen.findings('settings-review').filter((f) => !f.subject.endsWith('of role watcher'))
    expect(others).toEqual([])
  })
})
