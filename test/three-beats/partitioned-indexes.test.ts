import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failToBuild } from '../failed-build.ts'
import { look, run } from '../observe.ts'
import { freshDatabase, majors, type TestDatabase } from '../servers.ts'

let db: TestDatabase
const see = () => look(db.monitorUrl)
const told = async () =>
  (await see()).findings('invalid-index').map((f) => [f.subject, f.severity, f.evidence.lacking])

describe.each(majors)('PostgreSQL %i', (major) => {
  beforeEach(async () => {
    db = await freshDatabase(major)
    await run(
      db.url,
      'CREATE TABLE "Log" (id int, at int) PARTITION BY RANGE (id)',
      'CREATE TABLE log_1 PARTITION OF "Log" FOR VALUES FROM (0) TO (100)',
      'CREATE TABLE log_2 PARTITION OF "Log" FOR VALUES FROM (100) TO (200) PARTITION BY RANGE (id)',
      'CREATE TABLE log_2a PARTITION OF log_2 FOR VALUES FROM (100) TO (150)',
      'INSERT INTO "Log" VALUES (1, 1), (101, 1)',
    )
  })
  afterEach(() => db.drop())

  test('an index made step by step is told with what it lacks, until the last part is attached', async () => {
    expect(await told()).toEqual([])
    await run(
      db.url,
      'CREATE INDEX log_at ON ONLY "Log" (at)',
      'CREATE INDEX CONCURRENTLY log_1_at ON log_1 (at)',
      'ALTER INDEX log_at ATTACH PARTITION log_1_at',
      'CREATE INDEX log_2_at ON ONLY log_2 (at)',
      'ALTER INDEX log_at ATTACH PARTITION log_2_at',
    )
    const seen = await see()
    expect(await told()).toEqual([['index public.log_at', 'info', 'public.log_2a']])
    expect(seen.health.deductions.filter((d) => d.rule === 'invalid-index')).toEqual([])
    for (const advice of ['drop-invalid-index', 'complete-partitioned-index'])
      expect(seen.opportunities(advice)).toEqual([])
    await run(
      db.url,
      'CREATE INDEX CONCURRENTLY log_2a_at ON log_2a (at)',
      'ALTER INDEX log_2_at ATTACH PARTITION log_2a_at',
    )
    expect(await told()).toEqual([])
  })

  test('an attached part that is invalid is built anew as advised, never dropped, and then all is valid', async () => {
    await failToBuild(db, 'log_2a', 'CREATE INDEX CONCURRENTLY log_2a_at ON log_2a (at)')
    await run(
      db.url,
      'CREATE INDEX log_at ON ONLY "Log" (at)',
      'CREATE INDEX log_2_at ON ONLY log_2 (at)',
      'ALTER INDEX log_2_at ATTACH PARTITION log_2a_at',
      'ALTER INDEX log_at ATTACH PARTITION log_2_at',
      'CREATE INDEX log_1_at ON log_1 (at)',
      'ALTER INDEX log_at ATTACH PARTITION log_1_at',
    )
    await expect(run(db.url, 'DROP INDEX CONCURRENTLY log_2a_at')).rejects.toThrow('requires it')
    expect(await told()).toEqual([
      ['index public.log_2a_at', 'warning', null],
      ['index public.log_at', 'info', 'public.log_2a'],
    ])
    const seen = await see()
    expect(seen.opportunities('drop-invalid-index')).toEqual([])
    const [advised, ...more] = seen.opportunities('complete-partitioned-index')
    expect(more).toEqual([])
    const [reindex = '', attach = ''] = advised?.sql ?? []
    await run(db.url, reindex)
    // PostgreSQL does not notice by itself.
    expect(await told()).toEqual([['index public.log_at', 'info', null]])
    expect((await see()).opportunities('complete-partitioned-index')).toMatchObject([{ sql: [attach] }])
    await run(db.url, attach)
    expect(await told()).toEqual([])
    expect(await run(db.url, 'SELECT 1 FROM pg_index WHERE NOT indisvalid')).toEqual([])
  })
})
