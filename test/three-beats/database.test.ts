import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/monitor/config.ts'
import { look, lookUntil, run } from '../observe.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../servers.ts'

let db: TestDatabase
const see = (config: ConfigInput = {}, act?: () => Promise<unknown>) => look(db.monitorUrl, config, act)

beforeEach(async () => {
  db = await freshDatabase(LATEST)
})
afterEach(() => db.drop())

test('storage: the database against its limit', async () => {
  const used = (await see()).rows('storage')[0]?.database as number
  const limits = (share: number) => ({ limits: { storage: Math.round(used / share) } })
  expect((await see(limits(0.5))).findings('storage-near-limit')).toEqual([])
  const config = limits(0.75)
  expect((await see(config)).findings('storage-near-limit')).toEqual([])

  // A quarter more: 94 % of the limit.
  const rows = Math.round(used / 4 / 1000)
  await run(
    db.url,
    `CREATE TABLE big AS SELECT repeat(md5(n::text), 30) AS t FROM generate_series(1, ${rows}) n`,
  )
  const seen = await see(config)
  expect(seen.findings('storage-near-limit')).toMatchObject([{ subject: 'database', severity: 'critical' }])
  expect(seen.health.deductions).toContainEqual(
    expect.objectContaining({ rule: 'storage-near-limit', points: 30 }),
  )
  expect(seen.rows('table-sizes')).toMatchObject([{ table: 'big' }])

  await run(db.url, 'DROP TABLE big')
  expect((await see(config)).findings('storage-near-limit')).toEqual([])
})

test('error rate: rolled back transactions, and none of pgtend’s own', async () => {
  const work =
    (...statements: string[]) =>
    () =>
      run(db.url, ...Array(120).fill('SELECT 1'), ...statements)
  const healthy = await lookUntil(
    () => see({}, work()),
    (s) =>
      s
        .rows('database-rates')
        .some((d) => d.current && (d.transactions as number) * (d.window as number) > 100),
  )
  expect(healthy.findings('error-rate')).toEqual([])
  const subject = `database ${db.name}`
  const failing = Array.from({ length: 20 }, () => ['BEGIN', 'ROLLBACK']).flat()
  const seen = await lookUntil(
    () => see({}, work(...failing)),
    (s) => s.findings('error-rate', subject).length > 0,
  )
  expect(seen.findings('error-rate', subject)).toMatchObject([{ severity: 'critical' }])
  await lookUntil(
    () => see({}, work()),
    (s) => s.findings('error-rate', subject).length === 0,
  )
})

test('deadlocks: counted in the window in which one happened', async () => {
  await run(db.url, 'CREATE TABLE t (id int PRIMARY KEY, n int)', 'INSERT INTO t VALUES (1, 0), (2, 0)')
  expect((await see()).findings('deadlocks')).toEqual([])
  const deadlock = async () => {
    const [a, b] = [await db.client(), await db.client()]
    for (const client of [a, b]) await client.query('BEGIN')
    await a.query('UPDATE t SET n = 1 WHERE id = 1')
    await b.query('UPDATE t SET n = 1 WHERE id = 2')
    const ends = await Promise.allSettled([
      a.query('UPDATE t SET n = 1 WHERE id = 2'),
      b.query('UPDATE t SET n = 1 WHERE id = 1'),
    ])
    expect(ends.map((e) => e.status).sort()).toEqual(['fulfilled', 'rejected'])
    await Promise.all([a.end(), b.end()])
  }
  const seen = await lookUntil(
    () => see({}, deadlock),
    (s) => s.findings('deadlocks').length > 0,
  )
  expect(seen.findings('deadlocks')).toMatchObject([{ subject: `database ${db.name}`, severity: 'warning' }])
  await lookUntil(see, (s) => s.findings('deadlocks').length === 0)
})

test('connections of a database that has its own limit', async () => {
  const subject = `database ${db.name}`
  await run(db.url, `ALTER DATABASE ${db.name} CONNECTION LIMIT 6`)
  expect((await see()).findings('connections-near-limit', subject)).toEqual([])
  const clients = await Promise.all([1, 2, 3, 4].map(() => db.client()))
  // Four and pgtend: 83 %.
  expect((await see()).findings('connections-near-limit', subject)).toMatchObject([{ severity: 'warning' }])
  await clients[0]?.end()
  await lookUntil(see, (s) => s.findings('connections-near-limit', subject).length === 0)
})

test.each(majors)(
  'PostgreSQL %i: workers of a parallel query take no connection of the database',
  async (major) => {
    const own = await freshDatabase(major)
    const subject = `database ${own.name}`
    await own.query('CREATE TABLE large WITH (parallel_workers = 4) AS SELECT generate_series(1, 20000) AS n')
    const client = await own.client()
    await client.query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0')
    const slow = client.query('SELECT count(*) FROM large WHERE pg_sleep(0.01) IS NOT NULL').catch(() => {})
    const workers = async () =>
      (
        await own.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'parallel worker'",
        )
      ).length
    await expect.poll(workers, { timeout: 20_000 }).toBeGreaterThan(0)
    // The client, the one that asks here, and pgtend.
    await own.query(`ALTER DATABASE ${own.name} CONNECTION LIMIT 4`)
    const seen = await look(own.monitorUrl)
    expect(await workers()).toBeGreaterThan(0)
    expect(seen.rows('connection-limits')).toContainEqual(
      expect.objectContaining({ subject, used: 3, limit: 4 }),
    )
    expect(seen.findings('connections-near-limit', subject)).toEqual([])
    await own.drop()
    await slow
  },
)

test('what an interrupted DROP DATABASE has left: told, no danger of wraparound, gone when it is dropped', async () => {
  const broken = `${db.name}_broken`
  await run(db.url, `CREATE DATABASE ${broken}`)
  expect((await see()).findings('invalid-database', `database ${broken}`)).toEqual([])
  // As dropdb leaves it from 14.9, 15.4 and 16 on, before it removes the first file.
  await run(
    db.url,
    `UPDATE pg_database SET datconnlimit = -2, datfrozenxid = '3' WHERE datname = '${broken}'`,
  )
  const seen = await see()
  expect(seen.findings('invalid-database', `database ${broken}`)).toMatchObject([{ severity: 'info' }])
  expect(seen.rows('freeze-status').find((r) => r.subject === `database ${broken}`)).toMatchObject({
    used: 0,
  })
  await run(db.url, `DROP DATABASE ${broken}`)
  expect((await see()).findings('invalid-database')).toEqual([])
})
