import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { costError, shapeOf } from '../../test/fidelity/compare.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { testShadow } from '../../test/shadow.ts'
import type { PlanNode } from '../optimizer/plan-node.ts'
import type { IndexSpec, PlannedIndex } from '../optimizer/planner.ts'
import { parseUrl } from '../postgres/url.ts'
import type { Planner, PrepareOptions } from './shadow.ts'

const SETUP = `
  CREATE TABLE team (id int PRIMARY KEY, name text);
  CREATE TABLE note (id int PRIMARY KEY, team int NOT NULL REFERENCES team, author text NOT NULL, body text, at timestamptz NOT NULL);
  INSERT INTO team SELECT i, 'Team ' || i FROM generate_series(1, 200) i;
  INSERT INTO note SELECT i, 1 + i % 200, 'a' || i % 40, repeat('x', 100), timestamptz '2025-01-01' + i * interval '1 min' FROM generate_series(1, 20000) i;
  CREATE INDEX note_team ON note (team);
  CREATE VIEW busy AS SELECT team, count(*) AS notes FROM note GROUP BY team;
  VACUUM ANALYZE`

const BY_AUTHOR: IndexSpec = {
  ...{ schema: 'public', table: 'note', method: 'btree', include: [] },
  keys: [{ column: 'author' }, { column: 'at' }],
}

describe.each(majors)('PostgreSQL %i', (major) => {
  const shadow = testShadow()
  let database: TestDatabase
  const roles = {
    reader: `shadow_reader_${process.pid}`,
    member: `shadow_member_${process.pid}`,
    group: `shadow_group_${process.pid}`,
  }

  const prepare = async (options: Partial<PrepareOptions> = {}): Promise<Planner> => {
    const planner = await shadow().prepare({ spec: parseUrl(database.url, {}), ...options })
    onTestFinished(() => planner.close())
    return planner
  }
  const real = async (sql: string): Promise<PlanNode> => {
    const [row] = (await database.query(`EXPLAIN (FORMAT JSON) ${sql}`)) as {
      'QUERY PLAN': { Plan: PlanNode }[]
    }[]
    return row?.['QUERY PLAN'][0]?.Plan as PlanNode
  }
  const made = (index: PlannedIndex | { reason: string }): PlannedIndex => {
    if ('reason' in index) throw new Error(index.reason)
    return index
  }

  beforeAll(async () => {
    database = await freshDatabase(major)
    for (const statement of SETUP.split(';')) await database.query(statement)
    await database.query(`CREATE ROLE ${roles.reader} LOGIN; GRANT pg_monitor, pg_read_all_data TO ${roles.reader};
      CREATE ROLE ${roles.group}; CREATE ROLE ${roles.member} IN ROLE ${roles.group}`)
  })
  afterAll(async () => {
    await database.query(
      `DROP OWNED BY ${Object.values(roles).join(', ')}; DROP ROLE ${Object.values(roles).join(', ')}`,
    )
    await database.drop()
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
      return { rebuilt: cost.rebuilt, refreshed: cost.refreshed, gaps: schema.gaps }
    }
    expect(await cost()).toEqual({ rebuilt: 3, refreshed: 0, gaps: [] })
    expect(await cost()).toEqual({ rebuilt: 0, refreshed: 0, gaps: [] })
    await database.query(
      `CREATE TABLE grown AS SELECT i AS id, md5(i::text) AS code FROM generate_series(1, 100) i`,
    )
    await database.query('CREATE INDEX grown_code ON grown (code)')
    await database.query('ANALYZE grown')
    onTestFinished(() => database.query('DROP TABLE grown').then(() => {}))
    expect(await cost()).toEqual({ rebuilt: 1, refreshed: 0, gaps: [] })
    // Its b-tree gets a level more.
    await database.query('INSERT INTO grown SELECT i, md5(i::text) FROM generate_series(101, 40000) i')
    await database.query('VACUUM ANALYZE grown')
    const planner = await prepare({ key: 'again' })
    expect(planner.cost).toMatchObject({ rebuilt: 0, refreshed: 1 })
    for (const sql of [
      `SELECT * FROM grown WHERE code = 'x'`,
      `SELECT code FROM grown ORDER BY code LIMIT 5`,
    ]) {
      const [{ plan }, truth] = [await planner.whatIf.plan({ sql }), await real(sql)]
      expect(shapeOf(plan)).toBe(shapeOf(truth))
      expect(costError(plan, truth)).toBeLessThan(0.001)
    }
    await database.query('ALTER TABLE grown ADD COLUMN more int')
    await database.query('ANALYZE grown')
    expect(await cost()).toEqual({ rebuilt: 1, refreshed: 0, gaps: [] })
    // A view that hangs on a table goes with it and comes back.
    await database.query('ALTER TABLE note ADD COLUMN more int')
    await database.query('ANALYZE note')
    onTestFinished(() => database.query('ALTER TABLE note DROP COLUMN more').then(() => {}))
    expect(await cost()).toEqual({ rebuilt: 2, refreshed: 0, gaps: [] })
    const sql = 'SELECT * FROM busy WHERE team = 7'
    const { whatIf } = await prepare({ key: 'again' })
    expect(shapeOf((await whatIf.plan({ sql })).plan)).toBe(shapeOf(await real(sql)))
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

  test('only the tables asked for and what they depend on come along', async () => {
    const { schema } = await prepare({ key: 'some', tables: [{ name: 'team' }] })
    expect(schema.tables.map((t) => t.name)).toEqual(['team'])
    const view = await prepare({ key: 'view', tables: [{ schema: 'public', name: 'busy' }] })
    expect(view.schema.tables.map((t) => t.name)).toEqual(['note'])
  })

  test('a statement is planned as a role, with its row security and claims', async () => {
    await database.query(`ALTER TABLE note ENABLE ROW LEVEL SECURITY;
      CREATE FUNCTION my_team() RETURNS int LANGUAGE sql STABLE AS $$ SELECT current_setting('request.team', true)::int $$;
      CREATE POLICY own ON note FOR SELECT TO ${roles.group} USING (team = my_team());
      GRANT SELECT ON note, team TO ${roles.group}; ALTER ROLE ${roles.member} SET random_page_cost = 1.7`)
    onTestFinished(() =>
      database
        .query(`DROP POLICY own ON note; DROP FUNCTION my_team; ALTER TABLE note DISABLE ROW LEVEL SECURITY`)
        .then(() => {}),
    )
    const sql = `SELECT * FROM note WHERE author = 'a3'`
    const { whatIf } = await prepare({ key: 'roles', roles: [roles.member] })
    const client = await database.client()
    await client.query(`SET ROLE ${roles.member}; SET request.team = '5'; SET random_page_cost = 1.7`)
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${sql}`)
    const truth = rows[0]['QUERY PLAN'][0].Plan as PlanNode
    const as = await whatIf.plan({ sql, role: roles.member, settings: { 'request.team': '5' } })
    expect(shapeOf(as.plan)).toBe(shapeOf(truth))
    expect(costError(as.plan, truth)).toBeLessThan(0.001)
    expect(JSON.stringify(as.plan)).toContain('request.team')
    const all = await whatIf.plan({ sql })
    expect(shapeOf(all.plan)).toBe(shapeOf(await real(sql)))
    expect(JSON.stringify(all.plan)).not.toContain('request.team')
    await expect(whatIf.plan({ sql, role: 'nobody_knows' })).rejects.toMatchObject({ code: 'cannot-plan' })
  })

  test('parameters: a generic plan, and one with literals', async () => {
    const { whatIf } = await prepare({ key: 'parameters' })
    const sql = 'SELECT * FROM note WHERE team = $1 AND at > $3 ORDER BY at LIMIT $2'
    await database.query(`SET plan_cache_mode = force_generic_plan`)
    await database.query(
      `PREPARE generic (int, timestamptz, bigint) AS SELECT * FROM note WHERE team = $1 AND at > $2 ORDER BY at LIMIT $3`,
    )
    const truth = await real('EXECUTE generic (NULL, NULL, NULL)')
    await database.query('DEALLOCATE generic; RESET plan_cache_mode')
    const generic = await whatIf.plan({ sql })
    expect(shapeOf(generic.plan)).toBe(shapeOf(truth))
    expect(costError(generic.plan, truth)).toBeLessThan(0.001)
    const given = await whatIf.plan({ sql, values: ['7', '10', `'2025-01-03'::timestamptz`] })
    const literal = await real(`SELECT * FROM note WHERE team = 7 AND at > '2025-01-03' ORDER BY at LIMIT 10`)
    expect(shapeOf(given.plan)).toBe(shapeOf(literal))
    expect(costError(given.plan, literal)).toBeLessThan(0.001)
    const partly = await whatIf.plan({ sql, values: ['7'] })
    expect(partly.cost).toBeGreaterThan(0)
  })

  test('what is not one statement with a plan is refused', async () => {
    const { whatIf } = await prepare({ key: 'refused' })
    for (const sql of [
      'SELEC 1',
      'SELECT 1; SELECT 2',
      `SELECT '\\'; commit; drop table note; --`,
      'VACUUM note',
      'SELECT * FROM nowhere',
      'ANALYZE DELETE FROM note',
      '',
    ])
      await expect(whatIf.plan({ sql }), sql).rejects.toMatchObject({ code: 'cannot-plan' })
    expect((await whatIf.plan({ sql: 'DELETE FROM note WHERE id = 3' })).plan['Node Type']).toBe(
      'ModifyTable',
    )
    expect((await whatIf.plan({ sql: 'SELECT count(*) FROM note' })).cost).toBeGreaterThan(100)
  })

  test('hypothetical indexes come, are asked for one by one, and go', async () => {
    const { whatIf } = await prepare({ key: 'indexes' })
    const sql = `SELECT * FROM note WHERE author = 'a3' ORDER BY at DESC LIMIT 5`
    const before = await whatIf.plan({ sql })
    const index = made(await whatIf.create(BY_AUTHOR))
    expect((await whatIf.plan({ sql })).cost).toBe(before.cost)
    const after = await whatIf.plan({ sql }, { with: [index] })
    expect(after.indexes).toEqual([index.name])
    expect(after.cost).toBeLessThan(before.cost / 10)
    expect((await whatIf.plan({ sql }, { with: [] })).cost).toBe(before.cost)
    await whatIf.drop(index)
    await expect(whatIf.plan({ sql }, { with: [index] })).rejects.toMatchObject({ code: 'cannot-plan' })
    expect((await whatIf.plan({ sql })).cost).toBe(before.cost)
    expect(await whatIf.create({ ...BY_AUTHOR, keys: [{ column: 'nothing' }] })).toEqual({
      reason: expect.stringContaining('"nothing"'),
    })
    expect(await whatIf.create({ ...BY_AUTHOR, table: 'nowhere' })).toEqual({ reason: expect.any(String) })
    expect((await whatIf.plan({ sql })).cost).toBe(before.cost)
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
    const truth = (await real(sql))['Plan Rows'] as number
    expect(truth).toBeGreaterThan(10)
    expect(await rows(true)).toBe(truth)
  })

  test('names and labels that would break out', async () => {
    const [schema, table, column] = [`we"ird; drop`, `a.b"c'd\\`, `sel'"ect $1`]
    const q = (name: string) => `"${name.replaceAll('"', '""')}"`
    await database.query(`CREATE SCHEMA ${q(schema)}`)
    onTestFinished(() => database.query(`DROP SCHEMA ${q(schema)} CASCADE`).then(() => {}))
    await database.query(`CREATE TYPE ${q(schema)}.${q('ki\\nd')} AS ENUM ('it''s', 'a\\b', '"{,}"')`)
    await database.query(
      `CREATE TABLE ${q(schema)}.${q(table)} (${q(column)} int PRIMARY KEY, kind ${q(schema)}.${q('ki\\nd')}, t text[])`,
    )
    await database.query(
      `INSERT INTO ${q(schema)}.${q(table)} SELECT i, (ARRAY['it''s', 'a\\b', '"{,}"'])[1 + i % 3]::${q(schema)}.${q('ki\\nd')}, ARRAY['x"y', 'p\\q', NULL] FROM generate_series(1, 5000) i`,
    )
    await database.query(
      `CREATE INDEX ${q(`i"x`)} ON ${q(schema)}.${q(table)} ((kind::text || '"'))`.replace(
        "kind::text || '\"'",
        'array_length(t, 1)',
      ),
    )
    await database.query(`ANALYZE ${q(schema)}.${q(table)}`)
    const planner = await prepare({ key: 'hostile', tables: [{ schema, name: table }] })
    expect(planner.schema.gaps).toEqual([])
    const facts = planner.schema.tables.find((t) => t.name === table)
    expect(facts?.columns[1]?.mostCommon?.values.toSorted()).toEqual(['"{,}"', 'a\\b', `it's`])
    const sql = `SELECT * FROM ${q(schema)}.${q(table)} WHERE kind = 'a\\b' AND ${q(column)} < 50`
    const { plan } = await planner.whatIf.plan({ sql })
    const truth = await real(sql)
    expect(shapeOf(plan)).toBe(shapeOf(truth))
    expect(costError(plan, truth)).toBeLessThan(0.001)
    const index = made(
      await planner.whatIf.create({
        schema,
        table,
        method: 'btree',
        keys: [{ column: 'kind' }],
        include: [column],
      }),
    )
    const narrow = await planner.whatIf.plan(
      {
        sql: `SELECT ${q(column)} FROM ${q(schema)}.${q(table)} WHERE kind = 'nope'`.replace('nope', 'a\\b'),
      },
      { with: [index] },
    )
    expect(narrow.indexes).toEqual([index.name])
    const gone = await planner.whatIf.plan(
      { sql: `SELECT * FROM ${q(schema)}.${q(table)} WHERE ${q(column)} = 1` },
      { without: [String(facts?.indexes[0]?.oid)] },
    )
    expect(gone.indexes).toEqual([])
  })
})
