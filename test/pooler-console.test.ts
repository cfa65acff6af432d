/** The pools of a real PgBouncer, read from its admin console beside the server's own facts. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
