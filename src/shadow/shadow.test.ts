import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { costError, shapeOf } from '../../test/fidelity/compare.ts'
import { majors } from '../../test/servers.ts'
import { type NoteDatabase, noteDatabase, testShadow } from '../../test/shadow.ts'
import { parseUrl } from '../postgres/url.ts'
import type { Planner, PrepareOptions } from './shadow.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  const shadow = testShadow()
  let database: NoteDatabase
  const roles = { reader: `shadow_reader_${process.pid}` }

  const prepare = async (options: Partial<PrepareOptions> = {}): Promise<Planner> => {
    const planner = await shadow().prepare({ spec: parseUrl(database.url, {}), ...options })
    onTestFinished(() => planner.close())
    return planner
  }

  beforeAll(async () => {
    database = await noteDatabase(major)
    await database.query(
      `CREATE ROLE ${roles.reader} LOGIN; GRANT pg_monitor, pg_read_all_data TO ${roles.reader}`,
    )
  })
  afterAll(async () => {
    await database?.query(
      `DROP OWNED BY ${Object.values(roles).join(', ')}; DROP ROLE ${Object.values(roles).join(', ')}`,
    )
    await database?.drop()
  })

  test('without the right to read statistics, tables have none of them covered, and the grant is named', async () => {
    const blind = await prepare({ spec: parseUrl(database.monitorUrl, {}), key: 'blind' })
    expect(blind.schema.tables.map((t) => t.coverage)).toEqual([0, 0])
    expect(blind.schema.gaps).toContainEqual({
      object: 'public.note',
      reason: 'statistics of 0 of 5 columns may be read',
      remedy: 'GRANT pg_read_all_data TO "pgtend_monitor"',
    })
    const spec = parseUrl(database.url.replace('postgres@', `${roles.reader}@`), {})
    const reading = await prepare({ spec, key: 'reading' })
    expect(reading.schema.tables.map((t) => t.coverage)).toEqual([1, 1])
    expect(reading.schema.gaps).toEqual([])
  })

  test('a second time nothing is made anew; then only what changed', async () => {
    const cost = async () => {
      const { cost, schema, close } = await shadow().prepare({
        spec: parseUrl(database.url, {}),
        key: 'again',
      })
      await close()
      return { rebuilt: cost.rebuilt, refreshed: cost.refreshed, gaps: schema.gaps.length }
    }
    expect(await cost()).toMatchObject({ rebuilt: 3, gaps: 0 })
    // The server's counters of what was written may come a moment later.
    await expect.poll(cost, { timeout: 20_000 }).toEqual({ rebuilt: 0, refreshed: 0, gaps: 0 })
    await database.query(
      `CREATE TABLE grown AS SELECT i AS id, md5(i::text) AS code FROM generate_series(1, 100) i`,
    )
    await database.query('CREATE INDEX grown_code ON grown (code)')
    await database.query('ANALYZE grown')
    onTestFinished(() => database.query('DROP TABLE grown').then(() => {}))
    expect(await cost()).toMatchObject({ rebuilt: 1, gaps: 0 })
    // Its b-tree gets a level more.
    await database.query('INSERT INTO grown SELECT i, md5(i::text) FROM generate_series(101, 40000) i')
    await database.query('VACUUM ANALYZE grown')
    const planner = await shadow().prepare({ spec: parseUrl(database.url, {}), key: 'again' })
    expect(planner.cost.rebuilt).toBe(0)
    expect(planner.cost.refreshed).toBeGreaterThan(0)
    for (const sql of [
      `SELECT * FROM grown WHERE code = 'x'`,
      `SELECT code FROM grown ORDER BY code LIMIT 5`,
    ]) {
      const [{ plan }, truth] = [await planner.whatIf.plan({ sql }), await database.explain(sql)]
      expect(shapeOf(plan)).toBe(shapeOf(truth))
      expect(costError(plan, truth)).toBeLessThan(0.001)
    }
    await planner.close()
    await database.query('ALTER TABLE grown ADD COLUMN more int')
    await database.query('ANALYZE grown')
    expect(await cost()).toMatchObject({ rebuilt: 1, gaps: 0 })
    // A view that hangs on a table goes with it and comes back.
    await database.query('ALTER TABLE note ADD COLUMN more int')
    await database.query('ANALYZE note')
    onTestFinished(() => database.query('ALTER TABLE note DROP COLUMN more').then(() => {}))
    expect(await cost()).toMatchObject({ rebuilt: 2, gaps: 0 })
    const sql = 'SELECT * FROM busy WHERE team = 7'
    const { whatIf } = await prepare({ key: 'again' })
    expect(shapeOf((await whatIf.plan({ sql })).plan)).toBe(shapeOf(await database.explain(sql)))
  })

  test('a table that somebody holds an exclusive lock on is not waited for', async () => {
    const holder = await database.client()
    await holder.query('BEGIN')
    await holder.query('LOCK TABLE note IN ACCESS EXCLUSIVE MODE')
    onTestFinished(() => holder.query('ROLLBACK').then(() => {}))
    const { schema, whatIf } = await prepare({ key: 'locked' })
    expect(schema.gaps.map((g) => g.object)).toEqual(['public.note', 'public.busy'])
    expect(schema.gaps[0]?.reason).toContain('exclusive lock')
    const note = schema.tables.find((t) => t.name === 'note')
    expect(note).toMatchObject({ coverage: 1, rows: 20000 })
    const { indexes } = await whatIf.plan({ sql: 'SELECT * FROM note WHERE team = 3' })
    expect(indexes).toEqual(['note_team'])
  })

  test('tables that are made and dropped while it reads do no harm', async () => {
    const other = await database.client()
    let stop = false
    const churn = (async () => {
      for (let i = 0; !stop; i++) {
        await other.query(
          `CREATE TABLE fleeting_${i} (id int PRIMARY KEY, a int DEFAULT 3, CHECK (a > 1)); CREATE INDEX ON fleeting_${i} ((a + 1)) WHERE a > 5`,
        )
        await other.query(`DROP TABLE fleeting_${i}`)
      }
    })()
    for (let i = 0; i < 5; i++) {
      const { schema } = await prepare({ key: 'churn' })
      expect(schema.tables.map((t) => t.name)).toEqual(expect.arrayContaining(['team', 'note']))
    }
    stop = true
    await churn
  })

  test('two planners of one target at a time have a likeness each', async () => {
    const options = { key: 'twice', tables: [{ name: 'note' }] }
    const [one, two] = await Promise.all([prepare(options), prepare(options)])
    const index = await one.whatIf.create({
      ...{ schema: 'public', table: 'note', method: 'btree', include: [] },
      keys: [{ column: 'author' }],
    })
    if ('reason' in index) throw new Error(index.reason)
    const statement = { sql: `SELECT * FROM note WHERE author = 'nobody'` }
    const [with_, without] = [
      await one.whatIf.plan(statement, { with: [index] }),
      await two.whatIf.plan(statement),
    ]
    expect(with_.indexes).toEqual([index.name])
    expect(without.indexes).toEqual([])
  })

  test('only the tables asked for and what they depend on come along', async () => {
    const { schema } = await prepare({ key: 'some', tables: [{ name: 'team' }] })
    expect(schema.tables.map((t) => t.name)).toEqual(['team'])
    const view = await prepare({ key: 'view', tables: [{ schema: 'public', name: 'busy' }] })
    expect(view.schema.tables.map((t) => t.name)).toEqual(['note'])
  })

  test('the real ends of a column that grew since ANALYZE are asked for when that is wanted, else reckoned', async () => {
    await database.query(
      `CREATE TABLE feed AS SELECT i AS id, timestamptz '2025-01-01' + i * interval '1 min' AS at FROM generate_series(1, 50000) i`,
    )
    await database.query('CREATE INDEX feed_at ON feed (at)')
    await database.query('ANALYZE feed')
    await database.query(
      `INSERT INTO feed SELECT i, timestamptz '2025-01-01' + i * interval '1 min' FROM generate_series(50001, 55000) i`,
    )
    await database.query('SELECT pg_stat_force_next_flush()').catch(() => {})
    onTestFinished(() => database.query('DROP TABLE feed').then(() => {}))
    const sql = `SELECT * FROM feed WHERE at > timestamptz '2025-01-01' + interval '53000 min'`
    const rows = async (probeEnds: boolean) => {
      const { whatIf } = await prepare({ key: `ends ${probeEnds}`, probeEnds, tables: [{ name: 'feed' }] })
      return (await whatIf.plan({ sql })).plan['Plan Rows']
    }
    const truth = (await database.explain(sql))['Plan Rows'] as number
    expect(truth).toBeGreaterThan(10)
    expect(await rows(true)).toBe(truth)
  })
})
