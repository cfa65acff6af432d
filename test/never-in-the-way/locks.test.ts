/** Locks that nobody else gets past: each probe answers or says that it waited in vain, and the next cycle reads all again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Session } from '../../src/postgres/session.ts'
import { parseUrl } from '../../src/postgres/url.ts'
import { readEverything } from '../read-everything.ts'
import { freshDatabase, majors, type TestDatabase } from '../servers.ts'

/** A table whose index calls a function that waits for us: VACUUM FULL stops in the middle of its work, with its lock. */
const STOPS_MIDWAY = `
  CREATE FUNCTION waits(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN n; END';
  CREATE TABLE stops (n int);
  CREATE INDEX ON stops (waits(n));
  INSERT INTO stops SELECT generate_series(1, 100)`

describe.each(majors)('on PostgreSQL %i', (major) => {
  let db: TestDatabase
  let session: Session
  let healthy: Readonly<Record<string, string>>

  beforeAll(async () => {
    db = await freshDatabase(major)
    await db.query(
      'CREATE TABLE orders (id int PRIMARY KEY); CREATE MATERIALIZED VIEW totals AS SELECT 1 AS n',
    )
    await db.query(STOPS_MIDWAY)
    session = await connect(parseUrl(db.monitorUrl, {}))
    healthy = await readEverything(session)
  })
  afterAll(async () => {
    await session?.close()
    await db?.drop()
  })

  const waitedInVain = (seen: Readonly<Record<string, string>>) =>
    Object.entries(seen).filter(([name, word]) => word !== healthy[name])

  test.each(['orders', 'pg_statistic'])(
    '%s locked: every probe answers or says that it waited',
    async (table) => {
      const holder = await db.client()
      await holder.query(`BEGIN; LOCK TABLE ${table}`)
      const missed = waitedInVain(await readEverything(session))
      if (table === 'orders') expect(missed).toEqual([])
      // Whatever reads columns' statistics has to wait for them.
      else expect(missed.filter(([, word]) => word !== 'timeout')).toEqual([])
      await holder.query('ROLLBACK')
      expect(await readEverything(session)).toEqual(healthy)
    },
  )

  test('pg_class locked: each probe answers or says that it waited, and the next cycle reads all', async () => {
    const holder = await db.client()
    await holder.query('BEGIN; LOCK TABLE pg_class')
    const seen = await readEverything(session)
    expect(new Set(waitedInVain(seen).map(([, word]) => word))).toEqual(new Set(['timeout']))
    // What does not look at tables is told all the same.
    expect(seen).toMatchObject({ relations: 'timeout', activity: 'ok', instance: 'ok', databases: 'ok' })
    await holder.query('ROLLBACK')
    expect(await readEverything(session)).toEqual(healthy)
  })

  test('in the middle of VACUUM FULL every probe answers', async () => {
    const gate = await db.client()
    await gate.query('SELECT pg_advisory_lock(4711)')
    const vacuum = await db.client()
    const rewritten = vacuum.query('VACUUM FULL stops')
    const waits = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted`
    await expect.poll(() => db.query(waits), { timeout: 20_000 }).toHaveLength(1)
    expect(waitedInVain(await readEverything(session))).toEqual([])
    await gate.query('SELECT pg_advisory_unlock(4711)')
    await rewritten
    expect(await readEverything(session)).toEqual(healthy)
  })
})
