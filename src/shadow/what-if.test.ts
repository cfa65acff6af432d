import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { costError, shapeOf } from '../../test/fidelity/compare.ts'
import { majors } from '../../test/servers.ts'
import { type NoteDatabase, noteDatabase, testShadow } from '../../test/shadow.ts'
import type { PlanNode } from '../optimizer/plan-node.ts'
import type { IndexSpec, PlannedIndex } from '../optimizer/planner.ts'
import { parseUrl } from '../postgres/url.ts'
import type { Planner, PrepareOptions } from './shadow.ts'

const BY_AUTHOR: IndexSpec = {
  ...{ schema: 'public', table: 'note', method: 'btree', include: [] },
  keys: [{ column: 'author' }, { column: 'at' }],
}

describe.each(majors)('PostgreSQL %i', (major) => {
  const shadow = testShadow()
  let database: NoteDatabase
  const roles = { group: `shadow_group_${process.pid}`, member: `shadow_member_${process.pid}` }

  const prepare = async (options: Partial<PrepareOptions> = {}): Promise<Planner> => {
    const planner = await shadow().prepare({ spec: parseUrl(database.url, {}), ...options })
    onTestFinished(() => planner.close())
    return planner
  }
  const made = (index: PlannedIndex | { reason: string }): PlannedIndex => {
    if ('reason' in index) throw new Error(index.reason)
    return index
  }

  beforeAll(async () => {
    database = await noteDatabase(major)
    await database.query(`CREATE ROLE ${roles.group}; CREATE ROLE ${roles.member} IN ROLE ${roles.group}`)
  })
  afterAll(async () => {
    await database?.query(
      `DROP OWNED BY ${Object.values(roles).join(', ')}; DROP ROLE ${Object.values(roles).join(', ')}`,
    )
    await database?.drop()
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
    expect(shapeOf(all.plan)).toBe(shapeOf(await database.explain(sql)))
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
    const truth = await database.explain('EXECUTE generic (NULL, NULL, NULL)')
    await database.query('DEALLOCATE generic; RESET plan_cache_mode')
    const generic = await whatIf.plan({ sql })
    expect(shapeOf(generic.plan)).toBe(shapeOf(truth))
    expect(costError(generic.plan, truth)).toBeLessThan(0.001)
    const given = await whatIf.plan({ sql, values: ['7', '10', `'2025-01-03'::timestamptz`] })
    const literal = await database.explain(
      `SELECT * FROM note WHERE team = 7 AND at > '2025-01-03' ORDER BY at LIMIT 10`,
    )
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
    const truth = await database.explain(sql)
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
