/** The pools of a real PgBouncer, read from its admin console beside the server's own facts. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppError } from '../src/core/errors.ts'
import { connectWithConsole } from '../src/postgres/pooler-console.ts'
import { connect } from '../src/postgres/session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import instance from '../src/probes/instance.ts'
import pools from '../src/probes/pools.ts'
import { type Check, checkDatabase } from '../src/wire.ts'
import { type Pgbouncer, pgbouncerPath, startPgbouncer } from './pgbouncer.ts'
import { freshDatabase, LATEST, serverUrl, type TestDatabase } from './servers.ts'

const waiting = (seen: Check) => seen.evaluation.health.findings.filter((f) => f.rule === 'pool-waiting')

let db: TestDatabase
beforeAll(async () => {
  db = await freshDatabase(LATEST)
})
afterAll(() => db?.drop())

test('without a configured console there are no pools, and nothing is unknown for it', async () => {
  const { evaluation } = await checkDatabase(db.monitorUrl, { seconds: 0.1, env: {} })
  expect(evaluation.tables.get('pools')).toMatchObject({ reason: 'unsupported' })
  expect(evaluation.health.unknown.filter((u) => u.table === 'pools')).toEqual([])
})

describe.skipIf(pgbouncerPath === undefined)('with the console of a PgBouncer', () => {
  let bouncer: Pgbouncer
  const check = () => checkDatabase(db.monitorUrl, { seconds: 0.1, env: {}, pooler: bouncer.console })

  beforeAll(async () => {
    const to = Number(new URL(serverUrl(LATEST)).port)
    bouncer = await startPgbouncer({ to, mode: 'transaction', poolSize: 1 })
  })
  afterAll(() => bouncer?.stop())

  test('clients that wait for a connection are found until they have theirs', async () => {
    const clients = [0, 1].map(() => new pg.Client({ connectionString: bouncer.url(db.name) }))
    const [holds, waits] = clients as [pg.Client, pg.Client]
    await holds.connect()
    await holds.query('BEGIN')
    const healthy = await check()
    expect(waiting(healthy)).toEqual([])
    const pools = healthy.evaluation.tables.get('pools')
    expect(pools?.ok && pools.rows).toContainEqual(
      expect.objectContaining({
        database: db.name,
        user: 'postgres',
        pool_mode: 'transaction',
        sv_active: 1,
      }),
    )
    const answered = waits.connect().then(() => waits.query('SELECT 1'))
    await expect
      .poll(async () => waiting(await check()), { timeout: 20_000 })
      .toMatchObject([{ subject: `pool ${db.name}/postgres`, evidence: { waiting: 1, free: 0 } }])
    await holds.query('COMMIT')
    await answered
    await expect.poll(async () => waiting(await check()), { timeout: 20_000 }).toEqual([])
    await Promise.all(clients.map((c) => c.end()))
  })

  test('a pool that is taken is told as that where the console can be asked, else as what it may be', async () => {
    const holds = new pg.Client({ connectionString: bouncer.url(db.name) })
    await holds.connect()
    await holds.query('BEGIN')
    const through = (pooler?: string) =>
      checkDatabase(bouncer.url(db.name), { seconds: 0.1, env: {}, pooler }).catch((error: AppError) => error)
    const [told, guessed] = await Promise.all([through(bouncer.console), through()])
    expect(told).toMatchObject({
      code: 'pool-exhausted',
      detail: expect.stringMatching(
        `the pool ${db.name}/postgres is taken: 1 server connection with clients`,
      ),
      remedy: expect.stringContaining('default_pool_size'),
    })
    expect(guessed).toMatchObject({
      code: 'unreachable',
      detail: expect.stringContaining('a pooler whose connections are all taken'),
    })
    await holds.query('COMMIT')
    expect(await through(bouncer.console)).toMatchObject({ capabilities: { pooler: 'transaction' } })
    await holds.end()
  })

  test('what the pooler itself says of a taken pool is understood', async () => {
    const to = Number(new URL(serverUrl(LATEST)).port)
    const hasty = await startPgbouncer({ to, mode: 'transaction', poolSize: 1, queryWait: 1 })
    const holds = new pg.Client({ connectionString: hasty.url(db.name) })
    await holds.connect()
    const session = await connect(parseUrl(hasty.url(db.name), {}))
    await holds.query('BEGIN')
    const taken = { code: 'pool-exhausted', detail: expect.stringContaining('query_wait_timeout') }
    await expect(connect(parseUrl(hasty.url(db.name), {}))).rejects.toMatchObject(taken)
    await expect(session.flight([{ probe: instance }])).rejects.toMatchObject(taken)
    await session.close()
    await holds.end()
    await hasty.stop()
  })

  test('no connection to the console outlives a session whose flight failed', async () => {
    const console = parseUrl(`${bouncer.console}?sslmode=disable`, {})
    const session = await connectWithConsole(parseUrl(db.url, {}), console, pools)
    await db.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pgtend'",
    )
    await expect.poll(() => session.open).toBe(false)
    // The server is known to be gone before the console has been reached.
    const flight = session.flight([{ probe: instance }, { probe: pools }])
    await expect(flight).rejects.toMatchObject({ code: 'unreachable' })
    await session.close()
    // A login of our own comes after one that was under way.
    const admin = new pg.Client({ connectionString: bouncer.console })
    await admin.connect()
    const { rows } = await admin.query('SHOW CLIENTS')
    await admin.end()
    expect(rows.filter((c) => c.database === 'pgbouncer' && c.application_name === 'pgtend')).toEqual([])
  })

  test('a console that does not answer is unknown with the reason; the rest is read', async () => {
    await bouncer.stop()
    const { evaluation } = await check()
    expect(evaluation.tables.get('pools')).toMatchObject({ reason: 'failed', fix: expect.any(String) })
    expect(evaluation.health.unknown.filter((u) => u.table === 'pools')).toMatchObject([
      { rule: 'pool-waiting' },
    ])
    expect(evaluation.tables.get('activity')).toMatchObject({ ok: true })
  })
})
