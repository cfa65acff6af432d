import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { startServer } from '../embedded/server.ts'
import blocking from './blocking.ts'

const pidOf = async (client: pg.Client): Promise<number> =>
  (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid

/** The row of a backend, when it waits: it is known to the server a little later than to us. */
async function waiting(url: string, pid: number) {
  const read = async () => (await readProbe(url, blocking)).filter((row) => row.pid === pid)
  await expect.poll(read, { timeout: 20_000 }).toHaveLength(1)
  return one(await read())
}

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  test('a chain of two: who waits for whom, on what and since when', async () => {
    await db.query(
      'CREATE SCHEMA "s.1"; CREATE TABLE "s.1"."T" AS SELECT g AS id FROM generate_series(1, 2) g',
    )
    const [root, middle, leaf] = [await db.client(), await db.client(), await db.client()]
    const update = 'UPDATE "s.1"."T" SET id = id WHERE id = '
    await root.query(`BEGIN; ${update} 1`)
    await middle.query(`BEGIN; ${update} 2`)
    const pids = await Promise.all([root, middle, leaf].map(pidOf))
    const second = middle.query(`${update} 1`)
    const first = await waiting(db.monitorUrl, pids[1] as number)
    await leaf.query('BEGIN')
    const third = leaf.query('LOCK TABLE "s.1"."T"')
    const last = await waiting(db.monitorUrl, pids[2] as number)

    expect(first).toMatchObject({
      blocked_by: [pids[0]],
      mode: 'ShareLock',
      lock_type: 'transactionid',
      relation: 's.1.T',
      database: db.name,
    })
    expect(last.blocked_by.toSorted()).toEqual([pids[0], pids[1]].toSorted())
    expect(last).toMatchObject({ mode: 'AccessExclusiveLock', lock_type: 'relation', relation: 's.1.T' })
    const later = await waiting(db.monitorUrl, pids[1] as number)
    expect(later.waiting).toBeGreaterThan(first.waiting)

    await root.query('ROLLBACK')
    await second
    await middle.query('ROLLBACK')
    await third
    await leaf.query('ROLLBACK')
    const left = await readProbe(db.monitorUrl, blocking)
    expect(left.filter((row) => pids.includes(row.pid))).toEqual([])
  })

  test('a client and what hides from the role: no process of the server', async () => {
    await db.query('CREATE TABLE known ()')
    const [holder, waiter] = [await db.client(), await db.client()]
    await holder.query('BEGIN; LOCK TABLE known')
    const pid = await pidOf(waiter)
    const waits = waiter.query('TABLE known')
    const client = 'client backend'
    const seen = await waiting(db.monitorUrl, pid)
    expect(seen).toMatchObject({ kinds: [client, client] })
    const blind = await waiting(db.blindUrl, pid)
    expect(blind).toMatchObject({ kinds: ['', ''] })
    await holder.query('ROLLBACK')
    await waits
  })

  test('a lock in another database has no name here', async () => {
    const other = await freshDatabase(major)
    try {
      const [holder, waiter] = [await other.client(), await other.client()]
      await holder.query('CREATE TABLE t ()')
      await holder.query('BEGIN; LOCK TABLE t')
      const pid = await pidOf(waiter)
      const waits = waiter.query('TABLE t').catch(() => undefined)
      const row = await waiting(db.monitorUrl, pid)
      expect(row).toMatchObject({ lock_type: 'relation', relation: null, database: other.name })
      await holder.query('ROLLBACK')
      await waits
    } finally {
      await other.drop()
    }
  })
})

test.each(majors)('PostgreSQL %i: while nobody waits, no blocker is looked at', async (major) => {
  const dir = mkdtempSync(join(tmpdir(), 'pgtend-blocking-'))
  const server = await startServer({ major, dataDir: join(dir, 'data'), settings: { fsync: 'off' } })
  const client = new pg.Client({ connectionString: server.url() })
  try {
    await client.connect()
    const { rows } = await client.query(`EXPLAIN (ANALYZE, COSTS off, TIMING off) ${blocking.sql[14]}`)
    const plan = rows.map((row) => row['QUERY PLAN'] as string)
    const looked = plan.filter((line) => /Function Scan on (pg_stat_get_activity|unnest)/.test(line))
    expect(looked).toHaveLength(2)
    for (const line of looked) expect(line).toContain('never executed')
  } finally {
    await client.end()
    await server.stop('immediate')
    rmSync(dir, { recursive: true, force: true })
  }
})

test.each(majors)('PostgreSQL %i: prepared transactions block as process 0, with names', async (major) => {
  const dir = mkdtempSync(join(tmpdir(), 'pgtend-blocking-'))
  const settings = { max_prepared_transactions: '4', fsync: 'off' }
  const options = { major, dataDir: join(dir, 'data'), settings }
  let server = await startServer(options)
  const open = async () => {
    const client = new pg.Client({ connectionString: server.url() })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  /** What keeps a statement waiting, told by another session; it is then given up. */
  const before = async (sql: string) => {
    const client = await open()
    const pid = await pidOf(client)
    await client.query("BEGIN; SET LOCAL statement_timeout = '60s'")
    const waits = client.query(sql).catch(() => undefined)
    const { blocked_by, prepared, prepared_modes, mode } = await waiting(server.url(), pid)
    const other = await open()
    await other.query(`SELECT pg_cancel_backend(${pid})`)
    await Promise.all([waits, other.end()])
    await client.end()
    const holders = (prepared ?? []).map((name, at) => `${name} ${prepared_modes?.[at]}`).sort()
    return { blocked_by, holders, mode }
  }
  const look = async () => {
    // By row: the one that has changed it, in a subtransaction too.
    const row = { blocked_by: [0], mode: 'ShareLock' }
    expect(await before('UPDATE t SET id = id WHERE id = 1')).toEqual({
      ...row,
      holders: ['one ExclusiveLock'],
    })
    expect(await before('UPDATE t SET id = id WHERE id = 2')).toEqual({
      ...row,
      holders: [`it's "two" ExclusiveLock`],
    })
    // By table: all that hold a lock on it, also in a mode that would not keep it waiting.
    const holders = [`it's "two" RowExclusiveLock`, 'one RowExclusiveLock', 'reads AccessShareLock']
    expect(await before('LOCK TABLE t IN SHARE MODE')).toEqual({ ...row, holders })
    expect((await before('SELECT pg_advisory_xact_lock(7)')).holders).toEqual(['reads ExclusiveLock'])
  }
  try {
    const client = await open()
    await client.query('CREATE TABLE t AS SELECT g AS id FROM generate_series(1, 2) g; CREATE TABLE u ()')
    await client.query(`BEGIN; UPDATE t SET id = id WHERE id = 1; PREPARE TRANSACTION 'one'`)
    await client.query(
      `BEGIN; SAVEPOINT s; UPDATE t SET id = id WHERE id = 2; RELEASE s; PREPARE TRANSACTION 'it''s "two"'`,
    )
    await client.query(
      `BEGIN; SELECT FROM t; SELECT pg_advisory_xact_lock(7); INSERT INTO u DEFAULT VALUES; PREPARE TRANSACTION 'reads'`,
    )
    await client.query(`BEGIN; LOCK TABLE u IN SHARE UPDATE EXCLUSIVE MODE; PREPARE TRANSACTION 'elsewhere'`)
    await look()
    // A session in between is one as ever, and behind it nothing of what is prepared.
    await client.query('BEGIN; SELECT pg_advisory_xact_lock(8)')
    expect(await before('SELECT pg_advisory_xact_lock(8)')).toEqual({
      blocked_by: [await pidOf(client)],
      holders: [],
      mode: 'ExclusiveLock',
    })
    await client.end()
    // Over a restart they have no virtual transaction of a session any more.
    await server.stop('immediate')
    server = await startServer(options)
    await look()
  } finally {
    await server.stop('immediate')
    rmSync(dir, { recursive: true, force: true })
  }
})
