/** Reading, and refusing to act, through a real PgBouncer. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../src/cli/run.ts'
import { openActionSession } from '../src/postgres/action-session.ts'
import { openBulkSession } from '../src/postgres/bulk-session.ts'
import type { Flight } from '../src/postgres/flight.ts'
import { connect } from '../src/postgres/session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { probes } from '../src/probes/index.ts'
import { testIo } from './io.ts'
import { look } from './observe.ts'
import { type Pgbouncer, pgbouncerPath, startPgbouncer } from './pgbouncer.ts'
import { freshDatabase, majors, serverUrl, type TestDatabase } from './servers.ts'

/** All that a session may leave behind for the next client of the same server connection. */
const LEFT_BEHIND = `SELECT
  (SELECT json_agg(name ORDER BY name) FROM pg_settings WHERE source = 'session' AND name NOT IN
    ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')) AS settings,
  (SELECT json_agg(name) FROM pg_prepared_statements) AS prepared,
  (SELECT json_agg(name) FROM pg_cursors WHERE name <> '') AS cursors,
  (SELECT json_agg(locktype) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'relation')
    AND relation IS NULL) AS locks,
  pg_backend_pid() AS pid`

const readAll = async (url: string): Promise<Flight['results']> => {
  const session = await connect(parseUrl(url, {}))
  const requests = probes.map((probe) => ({ probe, ...(probe.lookup && { values: [] }) }))
  try {
    return (await session.flight(requests)).results
  } finally {
    await session.close()
  }
}
/** By probe: read, or why not. */
const outcomes = (results: Flight['results']) =>
  Object.fromEntries([...results].map(([name, { outcome }]) => [name, outcome.ok || outcome.reason]))

describe.skipIf(pgbouncerPath === undefined)('through PgBouncer', () => {
  describe.each(majors)('before PostgreSQL %i', (major) => {
    let db: TestDatabase
    let bouncer: Pgbouncer
    let sessions: Pgbouncer

    beforeAll(async () => {
      db = await freshDatabase(major)
      const to = Number(new URL(serverUrl(major)).port)
      bouncer = await startPgbouncer({ to, mode: 'transaction', poolSize: 1 })
      sessions = await startPgbouncer({ to, mode: 'session' })
    })
    afterAll(async () => {
      await bouncer?.stop()
      await sessions?.stop()
      await db?.drop()
    })

    test('every probe reads the same as directly, in transaction and in session mode', async () => {
      const direct = outcomes(await readAll(db.monitorUrl))
      expect(direct).toMatchObject({ activity: true, statements: true })
      for (const { url } of [bouncer, sessions])
        expect(outcomes(await readAll(url(db.name, 'pgtend_monitor')))).toEqual(direct)
    })

    test('the mode is recognised with nothing but ordinary sessions', async () => {
      for (const [url, pooler] of [
        [bouncer.url(db.name), 'transaction'],
        [sessions.url(db.name), 'none'],
        [db.url, 'none'],
      ] as const) {
        const session = await connect(parseUrl(url, {}))
        expect([url, session.capabilities.pooler]).toEqual([url, pooler])
        expect([url, (await session.refresh()).pooler]).toEqual([url, pooler])
        await session.close()
      }
    })

    test('check says that it looks through a transaction pooler, in words and in JSON', async () => {
      const check = async (url: string, ...more: string[]) => {
        const { io, out } = testIo()
        await run(['check', url, '--interval', '0.1', ...more], io)
        return out()
      }
      const url = bouncer.url(db.name)
      // Wrapped where the name of the database is long.
      expect(await check(url)).toMatch(/through\s+a\s+transaction\s+pooler/)
      expect(JSON.parse(await check(url, '--json')).server).toMatchObject({ pooler: 'transaction' })
      expect(await check(db.url)).not.toMatch(/through\s+a\s+transaction/)
      expect(JSON.parse(await check(db.url, '--json')).server).toMatchObject({ pooler: 'none' })
    })

    test('nothing leaks to the next client of the same server connection', async () => {
      const other = new pg.Client({ connectionString: bouncer.url(db.name) })
      await other.connect()
      const before = (await other.query(LEFT_BEHIND)).rows[0]
      // Lookups and two samples too. The pool has one server connection: ours and the other client's are the same.
      const seen = await look(bouncer.url(db.name))
      expect(seen.rows('instance')).toHaveLength(1)
      const after = (await other.query(LEFT_BEHIND)).rows[0]
      expect(after).toEqual(before)
      expect(after).toMatchObject({ settings: null, prepared: null, cursors: null, locks: null })
      await other.end()
    })

    test('actions and backups refuse a transaction pooler and say what to use; a session pooler will do', async () => {
      const spec = (b: Pgbouncer) => parseUrl(b.url(db.name), {})
      const refusal = { code: 'needs-direct', remedy: expect.stringContaining('actionUrl') }
      await expect(openActionSession(spec(bouncer))).rejects.toMatchObject(refusal)
      await expect(openBulkSession(spec(bouncer), 'pgtend backup')).rejects.toMatchObject(refusal)
      const session = await openActionSession(spec(sessions))
      expect(session.open).toBe(true)
      await session.close()
    })
  })
})
