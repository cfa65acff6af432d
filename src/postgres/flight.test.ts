import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../../test/servers.ts'
import { type Columns, flag, gauge, label, list, time } from '../core/columns.ts'
import { defineProbe, type Probe } from '../core/probe.ts'
import { openConnection } from './connection.ts'
import { runFlight } from './flight.ts'
import { connect, type Session } from './session.ts'
import { parseUrl } from './url.ts'

const probe = <C extends Columns>(name: string, sql: string, columns: C, more: Partial<Probe> = {}): Probe =>
  defineProbe({
    name,
    title: name,
    doc: `${name}.`,
    rows: 'many',
    columns,
    scope: 'database',
    every: 'tick',
    needs: 'any',
    sql: { 14: sql },
    ...more,
  }) as unknown as Probe

const one = probe('one', 'SELECT 1 AS n', { n: gauge('count', 'one') }, { rows: 'one' })
const two = probe('two', 'SELECT 2 AS n', { n: gauge('count', 'two') })
const slow = (name: string, seconds: number) =>
  probe(name, `SELECT pg_sleep(${seconds})::text AS n`, { n: label('nothing') })
const requests = (...probes: Probe[]) => probes.map((p) => ({ probe: p }))
const GOOD_ONE = { ok: true, rows: [{ n: 1 }] }
const GOOD_TWO = { ok: true, rows: [{ n: 2 }] }

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  let session: Session
  beforeAll(async () => {
    db = await freshDatabase(major)
    session = await connect(parseUrl(db.monitorUrl, {}))
  })
  afterAll(async () => {
    await session.close()
    await db.drop()
  })

  test('rows come typed, with the time of the server', async () => {
    const everything = probe(
      'everything',
      `SELECT oid, relname, relhasindex, extract(epoch FROM now()) AS at, json_build_array(1, 2)::text AS pids
       FROM pg_class WHERE relname = ANY ($1::text[]) ORDER BY relname`,
      {
        oid: gauge('none', 'oid'),
        relname: label('name'),
        relhasindex: flag('indexed'),
        at: time('now'),
        pids: list<number>('some'),
      },
    )
    const flight = await session.flight([
      { probe: everything, values: ['pg_class', 'a "quoted", name', 'pg_proc'] },
    ])
    const result = flight.results.get('everything')
    const [clock] = await db.query('SELECT extract(epoch FROM clock_timestamp())::float8 AS at')
    expect(result?.outcome).toEqual({
      ok: true,
      rows: [
        { oid: 1259, relname: 'pg_class', relhasindex: true, at: expect.any(Number), pids: [1, 2] },
        { oid: 1255, relname: 'pg_proc', relhasindex: true, at: expect.any(Number), pids: [1, 2] },
      ],
    })
    expect(result).toMatchObject({ rows: 2, bytes: expect.any(Number), ms: expect.any(Number) })
    expect(flight.at).toBeLessThanOrEqual((clock?.at as number) * 1000 + 1)
    expect(flight.at).toBeGreaterThan((clock?.at as number) * 1000 - 60_000)
  })

  test('a probe that fails harms no other', async () => {
    await db.query('CREATE TABLE IF NOT EXISTS target (id int)')
    const writes = probe('writes', `SELECT set_config('a.b', nextval('public.s')::text, true) AS n`, {
      n: label('n'),
    })
    await db.query('CREATE SEQUENCE s; GRANT ALL ON s TO pgtend_monitor')
    const { results } = await session.flight(
      requests(
        one,
        probe('broken', 'SELECT 1/0 AS n', { n: gauge('count', 'n') }),
        probe('nonsense', 'SELEKT', {}),
        probe('absent', 'SELECT * FROM nowhere', {}),
        probe('forbidden', 'SELECT rolpassword AS n FROM pg_authid', { n: label('n') }),
        writes,
        probe('other-columns', 'SELECT 1 AS m', { n: gauge('count', 'n') }),
        probe('no-value', 'SELECT NULL::int AS n', { n: gauge('count', 'n') }),
        probe('not-one', 'SELECT 1 AS n WHERE false', { n: gauge('count', 'n') }, { rows: 'one' }),
        two,
      ),
    )
    const reasons = Object.fromEntries(
      [...results].map(([n, r]) => [n, r.outcome.ok ? 'ok' : r.outcome.reason]),
    )
    expect(reasons).toEqual({
      one: 'ok',
      broken: 'failed',
      nonsense: 'failed',
      absent: 'missing',
      forbidden: 'denied',
      writes: 'failed',
      'other-columns': 'failed',
      'no-value': 'failed',
      'not-one': 'failed',
      two: 'ok',
    })
    expect(results.get('one')?.outcome).toEqual(GOOD_ONE)
    expect(results.get('two')?.outcome).toEqual(GOOD_TWO)
    expect(results.get('forbidden')?.outcome).toMatchObject({ fix: 'GRANT pg_monitor TO pgtend_monitor;' })
    expect(results.get('writes')?.outcome).toMatchObject({ detail: expect.stringContaining('read-only') })
  })

  test('a locked table costs one lock timeout, and its lock is not kept', async () => {
    await db.query('CREATE TABLE locked (id int); GRANT SELECT ON locked TO pgtend_monitor')
    const holder = await db.client()
    await holder.query('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE')
    const reads = probe('reads', 'SELECT count(*) AS n FROM public.locked', { n: gauge('count', 'n') })
    const held = probe(
      'held',
      `SELECT count(*) AS n FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'public.locked'::regclass`,
      { n: gauge('count', 'n') },
    )
    const blocked = await session.flight(requests(one, reads, two), { lockTimeout: 50 })
    expect(blocked.results.get('reads')?.outcome).toMatchObject({ ok: false, reason: 'timeout' })
    expect(blocked.results.get('two')?.outcome).toEqual(GOOD_TWO)
    await holder.query('ROLLBACK')
    const free = await session.flight(requests(reads, held))
    expect(free.results.get('reads')?.outcome).toMatchObject({ ok: true })
    expect(free.results.get('held')?.outcome).toEqual({ ok: true, rows: [{ n: 0 }] })
  })

  test('a slow probe ends at the statement timeout, the next one runs', async () => {
    const { results } = await session.flight(requests(slow('sleeps', 30), two), { statementTimeout: 100 })
    expect(results.get('sleeps')?.outcome).toMatchObject({ ok: false, reason: 'timeout' })
    expect(results.get('sleeps')?.ms).toBeGreaterThan(99)
    expect(results.get('two')?.outcome).toEqual(GOOD_TWO)
  })

  test('past the deadline the query is ended on the server', async () => {
    const own = await connect(parseUrl(db.monitorUrl, {}))
    const { results } = await own.flight(requests(one, slow('endless', 600), slow('endless-too', 600)), {
      statementTimeout: 600_000,
      deadline: 300,
    })
    expect(results.get('one')?.outcome).toEqual(GOOD_ONE)
    for (const name of ['endless', 'endless-too']) {
      expect(results.get(name)?.outcome).toMatchObject({ ok: false, reason: 'timeout' })
    }
    expect(own.open).toBe(false)
    await expect(own.flight(requests(one))).rejects.toMatchObject({ code: 'unreachable' })
    await expect
      .poll(
        () =>
          db.query(
            `SELECT pid FROM pg_stat_activity WHERE query LIKE '%pgtend:tick%' AND pid <> pg_backend_pid()`,
          ),
        { timeout: 20_000 },
      )
      .toEqual([])
  })

  test('nothing that a flight sets stays behind', async () => {
    const connection = await openConnection(parseUrl(db.monitorUrl, {}), 5000)
    const names = [
      'statement_timeout',
      'lock_timeout',
      'work_mem',
      'jit',
      'search_path',
      'transaction_read_only',
    ]
    const settings = () =>
      connection.query(`SELECT current_setting(n) FROM unnest($1::text[]) n`, [names]).then((r) => r.rows)
    const before = await settings()
    await runFlight(connection, session.capabilities, requests(one, probe('broken', 'SELECT 1/0', {})))
    expect(await settings()).toEqual(before)
    const [state] = await db.query(`SELECT state FROM pg_stat_activity WHERE pid = ${connection.processId}`)
    expect(state).toEqual({ state: 'idle' })
    await connection.end()
  })

  test('a role without grants is told what is missing', async () => {
    const blind = await connect(parseUrl(db.blindUrl, {}))
    const { results } = await blind.flight(
      requests(probe('needy', 'SELECT', {}, { needs: 'pg_monitor' }), one),
    )
    expect(results.get('needy')?.outcome).toMatchObject({
      ok: false,
      reason: 'denied',
      fix: 'GRANT pg_monitor TO pgtend_blind;',
    })
    expect(results.get('one')?.outcome).toEqual(GOOD_ONE)
    await blind.close()
  })
})

describe('with an extension', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(LATEST)
  })
  afterAll(() => db.drop())
  const statements = probe(
    'statements',
    'SELECT count(*) AS n FROM pg_stat_statements(false)',
    { n: gauge('count', 'n') },
    { extension: 'pg_stat_statements' },
  )

  test('that is missing, the answer says how to get it; then its schema is found', async () => {
    await db.query('DROP EXTENSION pg_stat_statements')
    const session = await connect(parseUrl(db.monitorUrl, {}))
    const without = await session.flight(requests(statements))
    expect(without.results.get('statements')?.outcome).toMatchObject({
      ok: false,
      reason: 'missing',
      fix: 'CREATE EXTENSION pg_stat_statements;',
    })
    await db.query(
      'CREATE SCHEMA "Extra"; CREATE EXTENSION pg_stat_statements SCHEMA "Extra"; GRANT USAGE ON SCHEMA "Extra" TO public',
    )
    await session.refresh()
    const found = await session.flight(requests(statements))
    expect(found.results.get('statements')?.outcome).toMatchObject({ ok: true })
    await session.close()
  })
})

describe('a lost connection', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(LATEST)
  })
  afterAll(() => db.drop())
  const kill = (user: string) =>
    db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = $1`,
      [user],
    )

  test('between flights is noticed', async () => {
    const session = await connect(parseUrl(db.monitorUrl, {}))
    await kill('pgtend_monitor')
    await expect.poll(() => session.open, { timeout: 20_000 }).toBe(false)
    await expect(session.flight(requests(one))).rejects.toMatchObject({ code: 'unreachable' })
    await expect(session.refresh()).rejects.toMatchObject({ code: 'unreachable' })
    await session.close()
  })

  test('during a flight ends it', async () => {
    const session = await connect(parseUrl(db.monitorUrl, {}))
    const flight = session.flight(requests(one, slow('long', 600), two), { statementTimeout: 60_000 })
    const ended = expect(flight).rejects.toMatchObject({ code: 'unreachable' })
    await expect
      .poll(
        () =>
          db.query(
            `SELECT pid FROM pg_stat_activity WHERE usename = 'pgtend_monitor' AND query LIKE '%pgtend:tick%'`,
          ),
        { timeout: 20_000 },
      )
      .toHaveLength(1)
    await kill('pgtend_monitor')
    await ended
    expect(session.open).toBe(false)
  })

  test('flights called at once run one after the other', async () => {
    const session = await connect(parseUrl(db.monitorUrl, {}))
    const flights = await Promise.all([
      session.flight(requests(one)),
      session.refresh(),
      session.flight(requests(two)),
    ])
    expect(flights[0].results.get('one')?.outcome).toEqual(GOOD_ONE)
    expect(flights[2].results.get('two')?.outcome).toEqual(GOOD_TWO)
    await session.close()
  })
})
