import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { look, lookUntil, run } from '../observe.ts'
import { freshDatabase, LATEST, majors, type TestDatabase } from '../servers.ts'

let db: TestDatabase
const see = () => look(db.url)

// As a superuser: pg_monitor does not show the planner's statistics.
describe.each([...new Set([majors[0] ?? LATEST, LATEST])])('PostgreSQL %i', (major) => {
  beforeEach(async () => {
    db = await freshDatabase(major)
    await run(
      db.url,
      'CREATE TABLE letters (id int, body text) WITH (autovacuum_enabled = off)',
      `INSERT INTO letters SELECT n, repeat(md5(n::text), 4) FROM generate_series(1, 150000) n`,
      'CREATE INDEX letters_body ON letters (body)',
    )
    await run(db.url, 'VACUUM (ANALYZE) letters')
  })
  afterEach(() => db.drop())

  test('a table that is 91 % empty without a dead row, and its index: found, rebuilt as advised, gone', async () => {
    const sure = (s: Awaited<ReturnType<typeof see>>) => s.rows('table-bloat')[0]?.confidence === 'high'
    const healthy = await lookUntil(see, sure)
    expect(healthy.rows('table-bloat')).toMatchObject([{ table: 'letters', confidence: 'high' }])
    for (const rule of ['table-bloat', 'index-bloat']) expect(healthy.findings(rule)).toEqual([])

    await run(db.url, 'DELETE FROM letters WHERE hashint4(id) % 11 <> 0')
    const stale = await lookUntil(see, (s) => s.rows('table-bloat')[0]?.confidence === 'low')
    expect(stale.findings('table-bloat')).toEqual([])
    await run(db.url, 'VACUUM (ANALYZE) letters')
    const seen = await lookUntil(see, (s) => s.findings('table-bloat').length > 0)
    expect(seen.rows('tables')).toMatchObject([{ dead: 0 }])
    expect(seen.findings('table-bloat')).toMatchObject([
      { subject: 'public.letters', severity: 'critical', evidence: { how: 'estimated' } },
    ])
    expect(seen.findings('table-bloat')[0]?.value).toBeCloseTo(10 / 11, 1)
    expect(seen.findings('index-bloat')).toMatchObject([{ subject: 'index public.letters_body' }])
    // What is only estimated is not rewritten.
    const [shrink] = seen.opportunities('shrink-table')
    expect(shrink).toMatchObject({ confidence: 'medium', sql: ['CREATE EXTENSION pgstattuple;'] })
    expect(shrink).not.toHaveProperty('action')

    const [rebuild] = seen.opportunities('rebuild-index')
    await run(db.url, ...(rebuild?.sql ?? []))
    await run(db.url, 'VACUUM FULL letters')
    await run(db.url, 'ANALYZE letters')
    const gone = await lookUntil(see, (s) => s.findings('table-bloat').length === 0)
    expect(gone.findings('index-bloat')).toEqual([])
    expect([...gone.opportunities('rebuild-index'), ...gone.opportunities('shrink-table')]).toEqual([])
  })

  test('without statistics of every column it is unknown, and a role without the grant is told it', async () => {
    await run(
      db.url,
      'ALTER TABLE letters ADD COLUMN late int',
      'UPDATE letters SET late = 1 WHERE id < 10',
      'CREATE TABLE "named" AS SELECT (\'n\' || n)::name AS n FROM generate_series(1, 60000) n',
      'CREATE INDEX named_n ON "named" (n)',
      'CREATE INDEX letters_hash ON letters USING hash (body)',
      'ANALYZE "named"',
    )
    const seen = await see()
    expect(seen.rows('table-bloat').find((t) => t.table === 'letters')).toMatchObject({
      bloat: null,
      confidence: 'unknown',
      why: expect.stringContaining('run ANALYZE'),
    })
    const why = new Map(seen.rows('index-bloat').map((i) => [i.index, i.why]))
    expect(why.get('named_n')).toContain('type name')
    expect(why.get('letters_hash')).toContain('only B-trees')
    expect(seen.findings('table-bloat')).toEqual([])

    const blind = await look(db.monitorUrl)
    const fix = 'GRANT pg_read_all_data TO pgtend_monitor;'
    expect(blind.health.unknown.map((u) => u.rule)).toEqual(['index-bloat', 'table-bloat'])
    expect(blind.health.unknown).toMatchObject([
      { reason: 'denied', fix },
      { reason: 'denied', fix },
    ])
  })
})
