import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { one, readProbe } from '../../test/read-probe.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import roleNames from './role-names.ts'
import sessionTexts from './session-texts.ts'
import statementTexts from './statement-texts.ts'
import statementTotals from './statement-totals.ts'
import statements from './statements.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await freshDatabase(major)
  })
  afterAll(() => db?.drop())

  test('calls of a statement move, and its text has no literals', async () => {
    await db.query('CREATE TABLE customers (id int, name text)')
    const ask = () => db.query(`SELECT count(*) FROM customers WHERE name = 'Ada Lovelace'`)
    // Other tests push out what ran but once.
    for (let i = 0; i < 20; i++) await ask()
    const [known] = await db.query(
      `SELECT queryid::text AS key, dbid AS database FROM pg_stat_statements
        JOIN pg_database d ON d.oid = dbid WHERE query LIKE '%FROM customers%' AND datname = current_database()`,
    )
    const read = async () =>
      one(
        await readProbe(db.monitorUrl, statements),
        (row) => row.query_id === known?.key && row.database_id === known?.database,
      )
    const before = await read()
    const totals = one(await readProbe(db.monitorUrl, statementTotals))
    for (let i = 0; i < 3; i++) await ask()
    const after = await read()
    expect(after.calls - before.calls).toBe(3)
    expect(after.rows - before.rows).toBe(3)
    expect(after.exec_seconds).toBeGreaterThan(before.exec_seconds)
    // Milliseconds taken for seconds would be far beyond.
    expect(after.max_seconds).toBeLessThan(5)
    expect(after.toplevel).toBe('true')
    expect(after.stats_since === null).toBe(major < 17)
    expect(one(await readProbe(db.monitorUrl, statementTotals)).calls).toBeGreaterThanOrEqual(
      totals.calls + 3,
    )

    const [text] = await readProbe(db.monitorUrl, statementTexts, [known?.key as string])
    expect(text).toEqual({
      query_id: known?.key,
      query: 'SELECT count(*) FROM customers WHERE name = $1',
    })
  })

  test('the totals have what functions run only once', async () => {
    await db.query(`CREATE FUNCTION many() RETURNS void LANGUAGE plpgsql AS
      $$ BEGIN FOR i IN 1..50000 LOOP PERFORM count(*) FROM (VALUES (i)) v; END LOOP; END $$`)
    await db.query(`SET pg_stat_statements.track = 'all'`)
    await db.query('SELECT many()')
    const { calls, entries } = one(await readProbe(db.monitorUrl, statementTotals))
    const [all] = await db.query(`SELECT count(*)::int AS entries, sum(calls)::int AS calls,
      (sum(calls) FILTER (WHERE NOT toplevel))::int AS nested FROM pg_stat_statements(false)`)
    const { calls: sum, nested } = all as { calls: number; nested: number }
    expect(nested).toBeGreaterThanOrEqual(50_000)
    // Other tests call, and push entries out, but not thousands of times in between.
    expect(Math.abs(calls - (sum - nested))).toBeLessThan(25_000)
    expect(entries).toBeGreaterThan(Number(all?.entries) / 2)
  })

  test('roles by any name, and those that are gone', async () => {
    const name = `"; drop role 'é 📈' ${db.name}`
    await db.query(`CREATE ROLE "${name.replaceAll('"', '""')}"`)
    const [made] = await db.query('SELECT oid FROM pg_roles WHERE rolname = $1', [name])
    const oid = made?.oid as number
    const read = async () => await readProbe(db.monitorUrl, roleNames, [10, oid])
    expect(await read()).toEqual([
      { oid: 10, role: 'postgres' },
      { oid, role: name },
    ])
    await db.query(`DROP ROLE "${name.replaceAll('"', '""')}"`)
    expect(await read()).toContainEqual({ oid, role: null })
  })
})

test('wanted are the texts of statements that ran, at most 1,000 at a time, and at first of the 500 costliest', () => {
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => ({ query_id: `-${from + i}`, exec_seconds: from + i }))
  const wanted = (known: Record<string, object[]>) =>
    statementTexts.lookup?.wants((name) => (known[name] ?? []) as never)
  const ran = { statements: rows(0, 5000), 'statement-rates': rows(0, 2500) }
  const later = wanted({ ...ran, 'statement-texts': rows(0, 1000) })
  expect(later).toHaveLength(1000)
  expect(later?.[0]).toBe('-1000')
  const first = wanted({ statements: rows(0, 5000) })
  expect(first).toHaveLength(500)
  expect(first?.[0]).toBe('-4999')
})

test('wanted are the names of roles that have statements and are not known', () => {
  const wanted = (known: Record<string, object[]>) =>
    roleNames.lookup?.wants((name) => (known[name] ?? []) as never)
  const entries = [10, 11, 10, 12].map((user_id) => ({ user_id }))
  expect(wanted({ statements: entries, 'role-names': [{ oid: 11 }] })).toEqual([10, 12])
})

test('texts of sessions are wanted only while none of pg_stat_statements is known', () => {
  const wanted = (known: Record<string, object[]>) =>
    sessionTexts.lookup?.wants((name) => (known[name] ?? []) as never)
  const ran = { 'statement-rates': [{ query_id: '1' }, { query_id: '2' }] }
  expect(wanted({ ...ran, 'statement-texts': [{ query_id: '3' }] })).toEqual([])
  expect(wanted({ ...ran, 'session-texts': [{ query_id: '1' }] })).toEqual(['2'])
})
