import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ConfigInput } from '../../src/monitor/config.ts'
import { type Look, look, lookUntil, run } from '../observe.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../servers.ts'

let db: TestDatabase
const see = (config: ConfigInput = {}, act?: () => Promise<unknown>) => look(db.monitorUrl, config, act)
const subject = 'shop.Guest List'
const table = 'shop."Guest List"'

describe.each([...new Set([majors[0] ?? LATEST, LATEST])])('PostgreSQL %i', (major) => {
  beforeEach(async () => {
    db = await freshDatabase(major)
    await run(
      db.url,
      'CREATE SCHEMA shop',
      `CREATE TABLE ${table} (id int PRIMARY KEY, name text) WITH (autovacuum_enabled = off)`,
      `INSERT INTO ${table} SELECT n, n::text FROM generate_series(1, 20000) n`,
    )
    // In a session of its own: what the INSERT counted is sent when its session ends, and ANALYZE starts from there.
    await run(db.url, `VACUUM (ANALYZE) ${table}`)
  })
  afterEach(() => db.drop())

  test('dead rows, autovacuum off and stale statistics: found, vacuumed as advised, gone', async () => {
    const healthy = await lookUntil(see, (s) => s.rows('tables').some((t) => t.changed_since_analyze === 0))
    for (const rule of ['dead-rows', 'autovacuum-off', 'stale-statistics'])
      expect(healthy.findings(rule)).toEqual([])

    await run(db.url, `UPDATE ${table} SET name = 'x' WHERE id <= 15000`)
    const seen = await lookUntil(see, (s) => s.findings('dead-rows', subject).length > 0)
    expect(seen.findings('dead-rows', subject)).toMatchObject([{ severity: 'warning' }])
    expect(seen.findings('autovacuum-off', subject)).toMatchObject([{ severity: 'warning' }])
    expect(seen.findings('stale-statistics', subject)).toMatchObject([{ severity: 'info' }])
    const [advised] = seen.opportunities('vacuum-table', subject)
    expect(advised?.sql).toHaveLength(2)
    await run(db.url, ...(advised?.sql ?? []))
    const after = await lookUntil(see, (s) => s.findings('dead-rows', subject).length === 0)
    for (const rule of ['autovacuum-off', 'stale-statistics']) expect(after.findings(rule)).toEqual([])
    expect(after.opportunities('vacuum-table')).toEqual([])
    expect(after.rows('tables')).toMatchObject([{ autovacuum_enabled: true }])

    await run(db.url, ...(advised?.undo ?? []))
    expect((await see()).rows('tables')).toMatchObject([{ autovacuum_enabled: false }])
  })

  test('dead rows of many small partitions: found as those of their table, gone once that is vacuumed', async () => {
    const numbers = [0, 1, 2, 3]
    await run(
      db.url,
      'CREATE TABLE shop.log (id int, part int) PARTITION BY LIST (part)',
      ...numbers.map(
        (n) =>
          `CREATE TABLE shop.log_${n} PARTITION OF shop.log FOR VALUES IN (${n}) WITH (autovacuum_enabled = off)`,
      ),
      'INSERT INTO shop.log SELECT n, n % 4 FROM generate_series(1, 20000) n',
    )
    const of = (s: Look) => s.findings('dead-rows', 'shop.log')
    await lookUntil(see, (s) => s.rows('partitioned-tables').some((t) => t.live === 20_000))
    expect(of(await see())).toEqual([])

    await run(db.url, 'DELETE FROM shop.log WHERE id <= 14000')
    const seen = await lookUntil(see, (s) => of(s).length > 0)
    expect(seen.findings('dead-rows')).toMatchObject([{ severity: 'critical', evidence: { partitions: 4 } }])
    expect(of(seen)[0]?.summary).toContain('of the rows of the 4 partitions of shop.log are dead')
    await run(db.url, 'VACUUM (ANALYZE) shop.log')
    await lookUntil(see, (s) => of(s).length === 0)
  })

  test('counters that were reset: what counts by them is not known instead of well, and known again after ANALYZE', async () => {
    const rules = ['dead-rows', 'autovacuum-off', 'stale-statistics', 'vacuum-overdue']
    const blind = (s: Look) => s.health.unknown.filter((u) => rules.includes(u.rule))
    await run(db.url, `UPDATE ${table} SET name = 'x' WHERE id <= 15000`)
    const seen = await lookUntil(see, (s) => s.findings('dead-rows', subject).length > 0)
    expect(blind(seen)).toEqual([])

    await run(db.url, 'SELECT pg_stat_reset()')
    const reset = await lookUntil(see, (s) => s.findings('dead-rows').length === 0)
    expect(blind(reset).map((u) => u.rule)).toEqual(expect.arrayContaining(rules))
    expect(blind(reset)[0]).toMatchObject({ reason: 'missing', fix: 'ANALYZE;' })
    expect(blind(reset)[0]?.detail).toContain(`the largest is ${subject} (20,000 rows)`)
    expect(reset.health.coverage).toBeLessThan(seen.health.coverage)

    await run(db.url, 'ANALYZE')
    const after = await lookUntil(see, (s) => blind(s).length === 0)
    expect(after.findings('dead-rows', subject)).toHaveLength(1)
  })

  test('a TOAST table that autovacuum leaves alone: found though it was never vacuumed, gone after VACUUM and the parameter', async () => {
    for (const [name, parameter] of [
      ['letters', 'toast.autovacuum_enabled'],
      ['drafts', 'autovacuum_enabled'],
      ['empty', 'autovacuum_enabled'],
    ] as const)
      await run(
        db.url,
        `CREATE TABLE shop.${name} (id int, body text) WITH (${parameter} = off)`,
        `ALTER TABLE shop.${name} ALTER body SET STORAGE EXTERNAL`,
      )
    // Four rows in the TOAST table for each.
    const insert = (t: string) =>
      `INSERT INTO shop.${t} SELECT n, repeat('x', 7000) FROM generate_series(1, 3000) n`
    await run(db.url, insert('letters'), insert('drafts'))
    const of = (seen: Look, table: string) =>
      ['autovacuum-off', 'dead-rows'].flatMap((rule) => seen.findings(rule, `shop.${table} TOAST`))
    const healthy = await lookUntil(see, (s) =>
      s.rows('neglected-toast').some((t) => Number(t.live) > 10_000),
    )
    expect(healthy.rows('neglected-toast').map((t) => [t.table, t.own, t.vacuumed])).toEqual([
      ['Guest List', false, false],
      ['drafts', false, false],
      ['empty', false, false],
      ['letters', true, false],
    ])
    expect([...of(healthy, 'letters'), ...of(healthy, 'drafts')]).toEqual([])

    const update = (t: string) => `UPDATE shop.${t} SET body = repeat('y', 7000)`
    await run(db.url, update('letters'), update('drafts'))
    const seen = await lookUntil(see, (s) => of(s, 'letters').length + of(s, 'drafts').length === 4)
    expect(of(seen, 'letters')).toMatchObject([
      { severity: 'warning', evidence: { parameter: 'toast.autovacuum_enabled' } },
      { severity: 'warning' },
    ])
    expect(of(seen, 'drafts')[0]?.evidence.parameter).toBe('autovacuum_enabled')

    await run(db.url, 'VACUUM shop.letters')
    await run(db.url, 'ALTER TABLE shop.drafts RESET (autovacuum_enabled)')
    const after = await lookUntil(see, (s) => of(s, 'letters').length + of(s, 'drafts').length === 0)
    expect(after.rows('neglected-toast').map((t) => [t.table, t.vacuumed])).toEqual([
      ['Guest List', false],
      ['empty', false],
      ['letters', true],
    ])
  })

  test('a partitioned table that was never analysed as a whole: found though its partitions were, gone after ANALYZE', async () => {
    await run(
      db.url,
      'CREATE TABLE shop.visits (id int, day int) PARTITION BY LIST (day)',
      ...[1, 2, 3].map((n) => `CREATE TABLE shop.visits_${n} PARTITION OF shop.visits FOR VALUES IN (${n})`),
    )
    const stale = (seen: Look) => seen.findings('stale-statistics', 'shop.visits')
    const changedBy = (rows: number) =>
      lookUntil(see, (s) => stale(s)[0]?.evidence.changed_since_analyze === rows)
    expect(stale(await see())).toEqual([])
    await run(db.url, 'INSERT INTO shop.visits SELECT n, 1 + n % 2 FROM generate_series(1, 30000) n')
    await run(db.url, 'ANALYZE shop.visits_1, shop.visits_2')
    const [never] = stale(await changedBy(30_000))
    expect(never).toMatchObject({ severity: 'info', evidence: { partitions: 3 } })
    expect(never?.summary).toMatch(/^No ANALYZE ever looked at /)
    await run(db.url, 'ANALYZE shop.visits')
    await lookUntil(see, (s) => stale(s).length === 0)

    // As autovacuum leaves it: the partition with the new rows is analysed, the whole is not.
    await run(db.url, 'INSERT INTO shop.visits SELECT n, 3 FROM generate_series(1, 20000) n')
    await run(db.url, 'ANALYZE shop.visits_3')
    const [grown] = stale(await changedBy(20_000))
    expect(grown?.summary).toMatch(/^At least 20,000 rows /)
    await run(db.url, 'ANALYZE shop.visits')
    await lookUntil(see, (s) => stale(s).length === 0)
  })

  test('an old transaction that keeps VACUUM from its work is named by the advice', async () => {
    await run(db.url, `UPDATE ${table} SET name = 'x'`)
    const old = await db.client()
    await old.query("SET application_name = 'old report'")
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await old.query('SELECT 1')
    const free = await lookUntil(see, (s) => s.opportunities('vacuum-table', subject).length > 0)
    // Younger than five minutes: it is expected to end by itself.
    expect(free.opportunities('vacuum-table', subject)).toMatchObject([{ confidence: 'high' }])
  })

  test('autovacuum far beyond its time: found by the table’s own parameters, TOAST too, gone after VACUUM', async () => {
    const config = { thresholds: { 'vacuum-overdue': { seconds: 0 } } }
    // A server that runs no autovacuum would not do: the table is looked after, only not within the test.
    const after = 'autovacuum_vacuum_threshold = 2000000000, autovacuum_analyze_threshold = 2000000000'
    await run(
      db.url,
      `ALTER TABLE ${table} SET (autovacuum_enabled = on, ${after}, autovacuum_vacuum_insert_threshold = -1)`,
    )
    await run(db.url, `UPDATE ${table} SET name = 'x' WHERE id <= 15000`)
    const calm = await lookUntil(
      () => see(config),
      (s) => s.rows('tables').some((t) => Number(t.dead) > 0),
    )
    expect(calm.findings('vacuum-overdue')).toEqual([])
    expect(calm.rows('autovacuum-due')).toMatchObject([
      { part: 'table', enabled: true, insert_threshold: null },
    ])

    await run(
      db.url,
      `ALTER TABLE ${table} SET (autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_scale_factor = 0)`,
    )
    // Now autovacuum may come at any time: then it is planted anew.
    const seen = await lookUntil(
      async () => {
        await run(db.url, `UPDATE ${table} SET name = 'y' WHERE id <= 15000`)
        return see(config)
      },
      (s) => s.findings('vacuum-overdue').length > 0,
    )
    expect(seen.findings('vacuum-overdue')).toMatchObject([{ subject, severity: 'warning' }])
    // By a single look it might as well have been filled just now.
    expect((await see()).findings('vacuum-overdue')).toEqual([])
    await run(db.url, `VACUUM (ANALYZE) ${table}`)
    await lookUntil(
      () => see(config),
      (s) => s.findings('vacuum-overdue').length === 0,
    )
  })

  test('sequential scans of a large table: found with the statement that makes them, gone with the index', async () => {
    const tuning = { rows: 10_000, rows_per_second: 2000 }
    const config = {
      thresholds: { 'sequential-scans': tuning, 'index-sequential-scans': tuning },
    }
    const lookups = Array.from({ length: 30 }, (_, n) => `SELECT id FROM ${table} WHERE name = '${n}'`)
    // The collector of PostgreSQL 14 tells what has happened up to a second late: then it would be of no window.
    const work = async () => {
      await run(db.url, ...lookups)
      await sleep(major < 15 ? 1500 : 0)
    }
    expect((await see(config)).findings('sequential-scans')).toEqual([])

    const seen = await lookUntil(
      () => see(config, work),
      (s) =>
        s.findings('sequential-scans', subject).length > 0 &&
        s.opportunities('index-sequential-scans', subject)[0]?.confidence === 'medium',
    )
    const [advised] = seen.opportunities('index-sequential-scans', subject)
    expect(advised?.evidence).toMatchObject({
      statement_1: expect.stringMatching(/^SELECT id FROM shop."Guest List" WHERE name = \$1$/),
    })
    expect(advised?.evidence.rows_per_scan).toBeGreaterThan(10_000)
    await run(db.url, `CREATE INDEX ON ${table} (name)`, `ANALYZE ${table}`)
    const after = await lookUntil(
      () => see(config, work),
      (s) => s.rows('table-rates').some((t) => t.index_scans !== 0 && t.seq_scans === 0),
    )
    expect(after.findings('sequential-scans', subject)).toEqual([])
    expect(after.opportunities('index-sequential-scans')).toEqual([])
  })
})
