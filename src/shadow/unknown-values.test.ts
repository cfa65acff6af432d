/** A value of which nothing is known is planned as any value: never as NULL, which folds a statement to a Result without rows. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { costError, shapeOf } from '../../test/fidelity/compare.ts'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { testShadow } from '../../test/shadow.ts'
import { adviseIndexes } from '../optimizer/advise.ts'
import { buildModel } from '../optimizer/build-model.ts'
import { loadParser, parseStatement } from '../optimizer/parse.ts'
import { nodesOf, type PlanNode } from '../optimizer/plan-node.ts'
import { planRewrites, planStatement, type StatementPlan } from '../optimizer/plan-statement.ts'
import { rewrite } from '../optimizer/rewrite.ts'
import { searchPathOf } from '../optimizer/schema.ts'
import { buildWorkload, type WorkloadStatement } from '../optimizer/workload.ts'
import { parseUrl } from '../postgres/url.ts'
import type { Planner } from './shadow.ts'

beforeAll(() => loadParser())

const SCHEMA = `
  create table cust (id int primary key, email text, data jsonb, created timestamptz, k int);
  insert into cust select i, 'u' || i || '@example.org', jsonb_build_object('t', i % 200), timestamptz '2025-01-01' + i * interval '1 min', i % 500
    from generate_series(1, 20000) i;
  create table note (id int, cust int, v int, kind text) with (autovacuum_enabled = false);
  insert into note select i, i % 20000, i % 300, 'k' || i % 7 from generate_series(1, 20000) i;
  create table part (id int, v int) partition by range (v);
  create table part_0 partition of part for values from (0) to (50) with (autovacuum_enabled = false);
  create table part_1 partition of part for values from (50) to (100) with (autovacuum_enabled = false);
  insert into part select i, i % 100 from generate_series(1, 2000) i;
  analyze cust`

const entry = (text: string) => ({ queryId: '1', text, calls: 10, seconds: 5, rows: 50, blocks: 5000 })
const statementOf = (text: string): WorkloadStatement => {
  const [statement] = buildWorkload([entry(text)]).statements
  if (!statement) throw new Error(`not understood: ${text}`)
  return statement
}
const folded = (plan: PlanNode): boolean =>
  [...nodesOf(plan)].some(({ node }) => /\b(false|NULL)\b/.test(String(node['One-Time Filter'] ?? '')))

describe.each(majors)('PostgreSQL %i', (major) => {
  const shadow = testShadow()
  let db: TestDatabase
  let planner: Planner
  beforeAll(async () => {
    db = await freshDatabase(major)
    for (const sql of SCHEMA.split(';')) await db.query(sql)
    planner = await shadow().prepare({ spec: parseUrl(db.url, {}) })
  })
  afterAll(async () => {
    await planner?.close()
    await db?.drop()
  })

  const planned = (sql: string): Promise<StatementPlan> =>
    planStatement(planner.whatIf, statementOf(sql), planner.schema)
  /** What the server itself says of it for any value. */
  const truthOf = async (sql: string, parameters: number): Promise<PlanNode> => {
    const client = await db.client()
    await client.query('set plan_cache_mode = force_generic_plan')
    await client.query(`prepare truth as ${sql}`)
    const nulls = Array.from({ length: parameters }, () => 'null').join(', ')
    const { rows } = await client.query(`explain (format json) execute truth (${nulls})`)
    await client.query('deallocate truth')
    return rows[0]['QUERY PLAN'][0].Plan as PlanNode
  }

  test.each<[string, string, number]>([
    ['a key of a document', `select * from cust where data->>'t' = $1`, 1],
    ['a key that is a parameter too', 'select * from cust where data->>$1 = $2', 2],
    ['an expression over a number', 'select * from cust where k + 1 = $1', 1],
    ['a table that was never analysed', 'select count(*) from note where v < $1', 1],
    ['a join with one', 'select * from cust c join note n on n.cust = c.id where n.v = $1', 1],
    ['a list', 'select * from note where kind in ($1, $2)', 2],
    ['an array', 'select * from note where v = any ($1::int[])', 1],
    ['HAVING', 'select kind from note group by kind having count(*) > $1', 1],
    ['a constant condition', 'select * from cust where $1 = $2', 2],
    ['rows of an array', 'select * from cust join unnest($1::int[]) u(x) on x = k', 1],
  ])('%s: the generic plan that the server has', async (_, sql, parameters) => {
    const { part, cost } = await planned(sql)
    const truth = await truthOf(sql, parameters)
    expect(shapeOf(part.explained.plan)).toBe(shapeOf(truth))
    expect(costError(part.explained.plan, truth)).toBeLessThan(0.01)
    expect(cost).toBeGreaterThan(10)
    expect(part).toMatchObject({
      generic: true,
      notes: ['Planned for any values of its parameters; a given value may get another plan'],
    })
    expect(part).not.toHaveProperty('values')
  })

  test('what is known is a constant beside what is not', async () => {
    const { part } = await planned(
      'select * from cust c join note n on n.cust = c.id where n.v = $1 and c.k = $2',
    )
    expect(part).toMatchObject({
      generic: true,
      values: [null, expect.stringMatching(/^'\d+'::integer$/)],
      notes: [
        'Planned for any values of $1, of which nothing is known; a given value may get another plan',
        'Planned with constants that the statistics of the columns make likely',
      ],
    })
    expect(folded(part.explained.plan)).toBe(false)
  })

  test('a constant that does not fit takes none of the others with it', async () => {
    const sql = `select * from cust where (data->>'t')::int > $1 and extract(day from created) > $2 and k = $3 limit $4`
    const { part } = await planned(sql)
    expect(part).toMatchObject({ generic: true, values: [null, null, expect.any(String), '5'] })
  })

  test('what only comes out leaves the plan as it is: that is no generic one', async () => {
    for (const [sql, values] of [
      [
        'select jsonb_build_object($1, id, $2, email) from cust where k = $3',
        [null, null, expect.any(String)],
      ],
      [
        'select 1 from cust where k = $1 and exists (select $2 from note where cust = cust.id)',
        [expect.any(String)],
      ],
      [
        'update note set kind = $1 from cust where cust.id = note.cust and k = $2',
        [null, expect.any(String)],
      ],
    ] as const) {
      const { part, cost } = await planned(sql)
      expect(part).toMatchObject({ generic: false })
      expect(part.values?.slice(0, values.length), sql).toEqual(values)
      expect(part.notes).toHaveLength(1)
      expect(cost).toBeGreaterThan(100)
    }
  })

  test('a parameter without a type is no obstacle', async () => {
    for (const sql of [
      'select * from cust where $1 is null or k = $2',
      'select * from cust where jsonb_build_object($1, k, $2, $3) = data',
      'select * from cust where k + 1 = $1 and created > now() - interval $2 and extract($3 from created) = $4',
      'select * from note where v = $1',
    ]) {
      const { part } = await planned(sql)
      expect(part.generic, sql).toBe(true)
      expect(folded(part.explained.plan), sql).toBe(false)
    }
  })

  test('all partitions are in the plan', async () => {
    const { part } = await planned('select * from part where v = $1')
    const scans = [...nodesOf(part.explained.plan)].flatMap(({ node }) => node['Relation Name'] ?? [])
    expect(scans).toEqual(['part_0', 'part_1'])
  })

  test('rewrites are planned as the statement was', async () => {
    const sql = 'select * from note where v = $1 or kind = $2'
    const before = await planned(sql)
    const [union] = await planRewrites(
      planner.whatIf,
      before,
      [
        {
          ...{ rule: 'r', title: '', doc: '', result: 'same', because: '' },
          sql: 'select * from note where v = $1 union select * from note where kind = $2',
          position: { offset: 0, line: 1, column: 1 },
        },
      ],
      () => {},
    )
    expect(union?.planned?.before).toBe(before.cost)
    expect(union?.planned?.after).toBeGreaterThan(before.cost)
  })

  test('a rewrite whose parameters stand for something else is not planned with the constants', async () => {
    const sql = 'select id from cust where k = $1 order by id limit $2 offset $3'
    const before = await planned(sql)
    expect(before.part.values?.[2]).toBe('0')
    const model = buildModel(parseStatement(sql), { tables: planner.schema.tables })
    const keyset = rewrite(model).filter((r) => r.rule === 'keyset-for-offset')
    const [found] = await planRewrites(planner.whatIf, before, keyset, () => {})
    expect(found?.sql.replaceAll(/\s+/g, ' ')).toContain('id > $3')
    expect(found).toMatchObject({ why: expect.stringContaining('stand for something else') })
    expect(found).not.toHaveProperty('planned')
  })

  test('the workload: an index for it is proved, and statements planned generically are counted', async () => {
    const texts = [
      `select * from cust where data->>'t' = $1`,
      'select * from cust where k = $1',
      'select email from cust where email = $1',
    ]
    const advice = await adviseIndexes({
      entries: texts.map((text, i) => ({ ...entry(text), queryId: String(i) })),
      ...{ window: 60, schema: planner.schema, whatIf: planner.whatIf },
      searchPath: searchPathOf(planner.schema),
    })
    expect(advice).toMatchObject({ statements: 3, generic: 1, leftOut: [] })
    const index = advice.indexes.find((i) => i.spec.keys[0]?.expression !== undefined)
    expect(index?.summary).toContain(`data ->> 't'`)
    expect(index?.statements[0]?.costBefore).toBeGreaterThan(100)
    expect(index?.because).toContain(
      'Of some statements not all constants are known; their plans are generic.',
    )
    const known = advice.indexes.find((i) => i.spec.keys[0]?.column === 'email')
    expect(known?.because.join()).not.toContain('generic')
  })

  test('no plan of any statement is folded by a made-up NULL', async () => {
    const conditions = [
      ...['c.k = $', 'c.k + 1 = $', 'c.k < $', 'c.k between $ and $', 'c.k in ($, $)', 'c.k % $ = $'],
      ...[`c.data->>'t' = $`, 'c.data->>$ = $', 'c.data @> $', 'c.data ? $', '(c.data->>$)::int > $'],
      ...['c.email = $', 'lower(c.email) = $', 'c.email like $', 'length(c.email) > $', 'c.email = any ($)'],
      ...[
        'c.created > $',
        'c.created > now() - interval $',
        'date_trunc($, c.created) = $',
        'c.created::date = $',
      ],
      ...[
        'n.v = $',
        'n.v <> $',
        'n.v >= $',
        'n.v * 2 = $',
        'n.kind like $',
        'n.kind = any ($)',
        'n.v in ($, $)',
      ],
      ...['coalesce(n.kind, $) = $', 'n.kind is distinct from $', '$ = $', 'n.v = any ($::int[])'],
      ...[
        'exists (select $ from note x where x.cust = c.id and x.v = $)',
        'c.k = (select max(x.v) from note x where x.id < $)',
      ],
    ]
    const condition = fc.constantFrom(...conditions)
    const where = fc
      .array(fc.tuple(fc.constantFrom('and', 'or', 'and not'), condition), { minLength: 1, maxLength: 4 })
      .map((list) => list.reduce((sum, [join, c]) => `(${sum} ${join} ${c})`, 'c.id > 0'))
    const statement = fc
      .tuple(
        fc.constantFrom('select c.id, $::int', 'select count(*)', `select jsonb_build_object($, c.id)`),
        where,
        fc.constantFrom('', ' limit $', ' limit $ offset $'),
      )
      .map(([select, w, limit]) => {
        let n = 0
        return `${select} from cust c join note n on n.cust = c.id where ${w}${limit}`.replace(
          /\$/g,
          () => `$${++n}`,
        )
      })
    await fc.assert(
      fc.asyncProperty(statement, async (sql) => {
        const { part, cost } = await planned(sql)
        expect(folded(part.explained.plan), sql).toBe(false)
        expect(cost).toBeGreaterThan(1)
        expect(JSON.stringify(part.values ?? [])).not.toContain('NULL')
        const noted = part.notes.some((note) => note.includes('for any values'))
        expect(noted).toBe(part.generic)
        // Nothing is known of the columns of a table without statistics.
        if (/n\.v (=|<>|>=) \$/.test(sql)) expect(part.generic).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
