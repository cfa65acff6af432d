import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/monitor/config.ts'
import { statementIn } from '../../src/query-list.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'
import { freshDatabase, majors, type TestDatabase } from '../servers.ts'

let db: TestDatabase
const see = (config: ConfigInput = {}, act?: () => Promise<unknown>) => look(db.monitorUrl, config, act)

describe.each(majors)('PostgreSQL %i', (major) => {
  beforeEach(async () => {
    db = await freshDatabase(major)
  })
  afterEach(() => db.drop())

  test('a slow statement is found by its mean in the window and gone when it runs fast', async () => {
    const config = { limits: { slowQuery: 0.1 }, thresholds: { 'speed-up-slow-query': { share: 0 } } }
    // A table of its own, so that no other test runs the same statement.
    const marker = `t_${db.name}`
    await run(db.url, `CREATE TABLE ${marker} AS SELECT 'x' AS name`)
    const work = (seconds: number) => () =>
      run(db.url, `SELECT pg_sleep(${seconds}) FROM ${marker} WHERE name <> 'hunter2'`)
    const mine = (s: Look) => s.rows('statement-rates').filter((r) => String(r.query).includes(marker))
    const found = (s: Look) => s.findings('slow-query').filter((f) => f.summary.includes(marker))
    await lookUntil(
      () => see(config, work(0.001)),
      (s) => mine(s).length === 1 && found(s).length === 0,
    )

    const seen = await see(config, work(0.3))
    expect(found(seen)).toMatchObject([{ severity: 'info', evidence: { calls: 1 } }])
    expect(mine(seen)).toMatchObject([{ calls: 1, slow: true, query: expect.stringContaining('$1') }])
    expect(mine(seen)[0]?.mean).toBeGreaterThan(0.25)
    expect(JSON.stringify(mine(seen))).not.toContain('hunter2')
    expect(seen.opportunities('speed-up-slow-query').filter((o) => o.summary.includes(marker))).toHaveLength(
      1,
    )
    expect(seen.rows('query-performance')).toMatchObject([{ p99: expect.any(Number) }])

    expect(found(await see(config, work(0.001)))).toEqual([])
  })

  test('what functions run is listed and marked, and counts once', async () => {
    const config = { limits: { slowQuery: 0.1 } }
    const name = `t_${db.name}`
    await run(
      ...[db.url, `CREATE TABLE ${name} AS SELECT 1 AS id`],
      `CREATE FUNCTION f_${db.name}(seconds float) RETURNS void LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(seconds) FROM ${name}; END $$`,
    )
    const track = `SET pg_stat_statements.track = 'all'`
    const work = (seconds: number) => () => run(db.url, track, `SELECT f_${db.name}(${seconds})`)
    const mine = (s: Look) => s.rows('statement-rates').filter((r) => String(r.query).includes(db.name))
    const found = (s: Look) => s.findings('slow-query').filter((f) => f.summary.includes(name))
    await lookUntil(
      () => see(config, work(0.001)),
      (s) => mine(s).length === 2,
    )
    const seen = await see(config, work(0.3))
    expect(mine(seen).map((r) => [r.toplevel, r.calls])).toEqual([
      ['true', 1],
      ['false', 1],
    ])
    expect(found(seen)).toMatchObject([{ summary: expect.stringContaining('1 execution inside a function') }])

    const sent = seen.rows('statement-rates').filter((r) => r.toplevel === 'true')
    const sum = (column: string) => sent.reduce((all, r) => all + Number(r[column]), 0)
    expect(sum('share')).toBeCloseTo(1)
    const [performance] = seen.rows('query-performance')
    expect(performance).toMatchObject({ calls: sum('calls'), statements: sent.length })
    expect(performance?.slow_statements).toBe(sent.filter((r) => r.slow).length)
    expect(performance?.average).toBeCloseTo(sum('total') / sum('calls'))

    expect(found(await see(config, work(0.001)))).toEqual([])
  })

  test('each role that runs a statement has its own figures, and its own name', async () => {
    const role = `app "of" ${db.name}`
    const quoted = `"${role.replaceAll('"', '""')}"`
    const sql = `SELECT count(*) FROM t_${db.name}`
    await run(
      ...[db.url, `CREATE TABLE t_${db.name} ()`, `CREATE ROLE ${quoted}`],
      `GRANT SELECT ON t_${db.name} TO ${quoted}`,
    )
    const work = () => run(db.url, ...[sql, sql, sql], `SET ROLE ${quoted}`, sql, 'RESET ROLE')
    const mine = (s: Look) => s.rows('statement-rates').filter((r) => r.query === sql)
    const calls = (s: Look) => Object.fromEntries(mine(s).map((r) => [r.user, r.calls]))
    const roles = (s: Look) => {
      const tables = new Map([...s.tables].map(([name, outcome]) => [name, { outcome, at: 0 }]))
      return mine(s).map((r) => statementIn({ tables }, `${r.query_id}.${r.user_id}.${r.database_id}.1`).role)
    }
    try {
      const seen = await lookUntil(
        () => see({}, work),
        (s) => mine(s).length === 2,
      )
      expect(calls(seen)).toEqual({ postgres: 3, [role]: 1 })
      expect(roles(seen)).toEqual(mine(seen).map((r) => r.user))
    } finally {
      await run(db.url, `DROP OWNED BY ${quoted}`, `DROP ROLE ${quoted}`)
    }
    const gone = await lookUntil(
      () => see({}, () => run(db.url, sql)),
      (s) => mine(s).length > 0,
    )
    expect(calls(gone)).toEqual({ postgres: 1 })
  })

  test('pgtend’s own statements are left out', async () => {
    await see()
    const seen = await see()
    const texts = seen.rows('statement-rates').map((r) => String(r.query))
    expect(texts.filter((t) => t.includes('pg_stat_get_numscans'))).toEqual([])
  })
})
