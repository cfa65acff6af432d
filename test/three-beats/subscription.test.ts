/** Logical replication between two databases of one server. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { EmbeddedServer } from '../../src/embedded/server.ts'
import { startStandby } from '../../src/embedded/standby.ts'
import { start, tempFolder } from '../embedded.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'
import { majors } from '../servers.ts'

const folder = tempFolder()
let server: EmbeddedServer
const there = () => server.url({ database: 'reader' })
const see = () => look(there())

beforeAll(async () => {
  server = await start(folder.fresh(), {
    settings: { wal_level: 'logical', wal_retrieve_retry_interval: '100ms' },
  })
  const table = 'CREATE TABLE orders (id int PRIMARY KEY)'
  await run(server.url(), 'CREATE EXTENSION pg_stat_statements', table, 'CREATE DATABASE reader')
  await run(there(), 'CREATE EXTENSION pg_stat_statements', table)
})
afterAll(async () => {
  await server?.stop('immediate')
  folder.remove()
})

test('a subscription that meets an error is found until the cause is gone', async () => {
  expect((await see()).rows('subscription-status')).toEqual([])
  await run(
    server.url(),
    'CREATE PUBLICATION p FOR TABLE orders',
    `SELECT pg_create_logical_replication_slot('s', 'pgoutput')`,
  )
  const source = `host=127.0.0.1 port=${server.port} user=postgres dbname=postgres`
  await run(
    there(),
    `CREATE SUBSCRIPTION s CONNECTION '${source}' PUBLICATION p WITH (create_slot = false, copy_data = false)`,
  )
  const healthy = await lookUntil(see, (s) => s.rows('subscription-status')[0]?.state === 'running')
  expect(healthy.findings('subscription-failing')).toEqual([])
  expect(healthy.rows('subscription-status')).toMatchObject([{ conflicts: server.major >= 18 ? 0 : null }])

  await run(there(), 'INSERT INTO orders VALUES (7)')
  await run(server.url(), 'INSERT INTO orders VALUES (7)')
  const failing = await lookUntil(see, (s) => s.findings('subscription-failing').length > 0)
  expect(failing.findings('subscription-failing')).toMatchObject([
    { subject: 'subscription reader.s', severity: 'critical' },
  ])

  await run(there(), 'DELETE FROM orders')
  await lookUntil(
    see,
    (s) =>
      s.findings('subscription-failing').length === 0 &&
      s.rows('subscription-status')[0]?.state === 'running',
  )
  expect(await run(there(), 'SELECT id FROM orders')).toEqual([{ id: 7 }])
})

test('a standby is not judged by the list of subscriptions that its primary works through', async () => {
  const standby = await startStandby(server, { dataDir: folder.fresh(), slot: 'copy', name: 'copy' })
  onTestFinished(() => standby.stop('immediate'))
  const copy = standby.url({ database: 'reader' })
  expect(await run(copy, 'SELECT subname, subenabled FROM pg_subscription')).toEqual([
    { subname: 's', subenabled: true },
  ])
  const seen = await look(copy)
  expect(seen.findings('subscription-failing')).toEqual([])
  expect(seen.tables.get('subscription-status')).toMatchObject({ ok: false, reason: 'unsupported' })
  expect((await see()).rows('subscription-status')).toHaveLength(1)
})

test('one that is switched off is told, and it holds back the catalogs through its slot', async () => {
  await run(there(), 'ALTER SUBSCRIPTION s DISABLE')
  const seen = await lookUntil(see, (s) => s.findings('subscription-failing').length > 0)
  expect(seen.findings('subscription-failing')).toMatchObject([
    { severity: 'warning', evidence: { state: 'disabled' } },
  ])
  await run(server.url(), ...Array(5).fill('INSERT INTO orders SELECT max(id) + 1 FROM orders'))
  const holding = await lookUntil(see, (s) => s.rows('xmin-horizon').some((r) => r.subject === 'slot s'))
  expect(holding.rows('xmin-horizon').find((r) => r.subject === 'slot s')).toMatchObject({
    catalogs_only: true,
    here: false,
  })
  await run(there(), 'ALTER SUBSCRIPTION s ENABLE')
  await lookUntil(see, (s) => s.findings('subscription-failing').length === 0)
})

test.each(majors.filter((major) => major >= 18))(
  'on PostgreSQL %i changes that are skipped without an error are found',
  async (major) => {
    const own = await start(folder.fresh(), { major, settings: { wal_level: 'logical' } })
    onTestFinished(() => own.stop('immediate'))
    const reader = own.url({ database: 'reader' })
    const table = 'CREATE TABLE guests (id int PRIMARY KEY, seats int)'
    await run(own.url(), 'CREATE EXTENSION pg_stat_statements', table, 'CREATE DATABASE reader')
    await run(
      own.url(),
      'CREATE PUBLICATION p FOR TABLE guests',
      `SELECT pg_create_logical_replication_slot('s', 'pgoutput')`,
    )
    const source = `host=127.0.0.1 port=${own.port} user=postgres dbname=postgres`
    await run(
      reader,
      'CREATE EXTENSION pg_stat_statements',
      table,
      `CREATE SUBSCRIPTION s CONNECTION '${source}' PUBLICATION p WITH (create_slot = false, copy_data = false)`,
    )
    await run(own.url(), 'INSERT INTO guests SELECT n, 0 FROM generate_series(1, 100) n')
    const arrived = () => run(reader, 'SELECT count(*)::int AS n FROM guests')
    await expect.poll(arrived, { timeout: 20_000 }).toEqual([{ n: 100 }])
    const found = (s: Look) => s.findings('subscription-conflicts').length > 0
    // The worker's counters come late: what is changed during one look may show in a later one.
    const see = () => look(reader, {}, () => run(own.url(), 'UPDATE guests SET seats = seats + 1'))
    const healthy = await see()
    expect(found(healthy)).toBe(false)
    expect(healthy.rows('subscription-status')).toMatchObject([{ state: 'running', conflicts: 0 }])

    await run(reader, 'DELETE FROM guests')
    const seen = await lookUntil(see, found)
    expect(seen.findings('subscription-conflicts')).toMatchObject([
      { subject: 'subscription reader.s', severity: 'warning' },
    ])
    expect(seen.findings('subscription-failing')).toEqual([])

    await run(reader, 'INSERT INTO guests SELECT n, 0 FROM generate_series(1, 100) n')
    await lookUntil(see, (s) => s.rows('subscription-status')[0]?.conflicts === 0 && !found(s))
  },
)
