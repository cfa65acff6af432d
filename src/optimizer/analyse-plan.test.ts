import fc from 'fast-check'
import type { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, majors, type TestDatabase } from '../../test/servers.ts'
import { tableFacts } from '../../test/table-facts.ts'
import { analysePlan, type PlanFinding } from './analyse-plan.ts'
import { planRules } from './plan/index.ts'
import { parsePlan } from './plan-node.ts'

const SETUP = `
create table events (id int primary key, kind int, user_id int, note text, at timestamptz);
insert into events select i, i % 1000, i % 5000, repeat('x', 200), '2024-01-01'::timestamptz + i * interval '1 minute' from generate_series(1, 60000) i;
create table users (id int primary key, name text);
insert into users select i, 'u' || i from generate_series(1, 5000) i;
create table plain_users as select * from users;
create table skewed (a int, b int);
insert into skewed select i % 100, i % 100 from generate_series(1, 50000) i;
create index events_user_idx on events (user_id);
create index events_kind_idx on events (kind);
create table fresh (id int);
insert into fresh select generate_series(1, 20000);
create index fresh_idx on fresh (id);
analyze;
`
const PLAIN = 'set jit = off; set max_parallel_workers_per_gather = 0; set random_page_cost = 1.1;'

describe.each(majors)('PostgreSQL %i', (major) => {
  let db: TestDatabase
  let client: Client
  beforeAll(async () => {
    db = await freshDatabase(major)
    client = await db.client()
    await client.query('set autovacuum_vacuum_insert_threshold = 1').catch(() => undefined)
    await client.query(SETUP)
  })
  afterAll(() => db.drop())

  async function explain(sql: string, settings = '', analyze = true) {
    await client.query(`reset all; ${PLAIN} ${settings}`)
    const { rows } = await client.query(
      `explain (format json, verbose ${analyze ? ', analyze, buffers' : ''}) ${sql}`,
    )
    return parsePlan(rows[0]['QUERY PLAN'])
  }
  const rules = async (sql: string, settings?: string) =>
    analysePlan(await explain(sql, settings)).map((f) => f.rule)
  const one = async (rule: string, sql: string, settings?: string): Promise<PlanFinding> => {
    const found = analysePlan(await explain(sql, settings)).filter((f) => f.rule === rule)
    expect(found).toHaveLength(1)
    return found[0] as PlanFinding
  }

  test('a sequential scan that throws most rows away', async () => {
    const few = `select * from events where note = 'y' or id = 7`
    const found = await one(
      'seq-scan-discards',
      few,
      'set enable_bitmapscan = off; set enable_indexscan = off;',
    )
    expect(found).toMatchObject({ node: 'Seq Scan on events', evidence: { kept: 1, removed: 59_999 } })
    expect(await rules('select * from events where kind >= 0')).not.toContain('seq-scan-discards')
    expect(await rules('select * from events where id = 7')).not.toContain('seq-scan-discards')
    // Without an execution the size of the table tells it.
    const planned = await explain(`select * from events where note = 'y'`, '', false)
    const facts = [tableFacts('events', ['id integer pk'], { rows: 60_000 })]
    expect(analysePlan(planned, facts).map((f) => f.rule)).toContain('seq-scan-discards')
    expect(analysePlan(planned).map((f) => f.rule)).not.toContain('seq-scan-discards')
  })

  test('rows misestimated, and not where a LIMIT stopped the reading', async () => {
    // Columns that depend on each other: 1 in 10,000 is expected, 1 in 100 comes.
    const found = await one('row-misestimate', 'select * from skewed where a = 1 and b = 1')
    expect(found.evidence).toMatchObject({ came: 500 })
    expect(found.advice).toContain('CREATE STATISTICS')
    expect(await rules('select * from skewed where a = 1')).not.toContain('row-misestimate')
    expect(await rules('select * from skewed where a >= 0 limit 1')).not.toContain('row-misestimate')
  })

  test('a sort and hashes that spill', async () => {
    const sort = 'select * from events order by note, at desc'
    expect((await one('sort-spill', sort, "set work_mem = '64kB';")).evidence).toMatchObject({
      method: 'external merge',
    })
    expect(await rules(sort, "set work_mem = '64MB';")).not.toContain('sort-spill')
    const join = 'select e.id, f.note from events e join events f on f.id = e.user_id'
    const hashed =
      "set enable_mergejoin = off; set enable_nestloop = off; set hash_mem_multiplier = 1; set work_mem = '64kB';"
    expect(await rules(join, hashed)).toContain('hash-spill')
    expect(await rules(join, hashed.replace('64kB', '64MB'))).not.toContain('hash-spill')
    const group = 'select id, count(*) from events group by id'
    const grouped =
      "set enable_sort = off; set enable_indexscan = off; set enable_bitmapscan = off; set hash_mem_multiplier = 1; set work_mem = '64kB';"
    expect(await rules(group, grouped)).toContain('hash-spill')
  })

  test('a nested loop over many rows', async () => {
    const join = 'select count(*) from events e join plain_users u on u.id = e.user_id where e.kind = 3'
    const forced = 'set enable_hashjoin = off; set enable_mergejoin = off;'
    const blown = 'select count(*) from events e join plain_users u on u.id = e.user_id + 0 where e.kind < 4'
    expect((await one('nested-loop-blowup', blown, forced)).evidence).toMatchObject({
      loops: expect.any(Number),
    })
    expect(await rules(join)).not.toContain('nested-loop-blowup')
    expect(
      await rules('select count(*) from events e join users u on u.id = e.user_id where e.id < 50', forced),
    ).not.toContain('nested-loop-blowup')
    const planned = analysePlan(await explain(blown, forced, false))
    expect(planned.map((f) => f.rule)).toContain('nested-loop-blowup')
  })

  test('an index scan with a heavy filter', async () => {
    const forced = 'set enable_seqscan = off; set enable_bitmapscan = off;'
    const found = await one('index-scan-filter', `select * from events where id > 100 and note = 'y'`, forced)
    expect(found.evidence).toMatchObject({ index: 'events_pkey', removed: 59_900 })
    expect(await rules('select * from events where kind = 3 and user_id < 5000', forced)).not.toContain(
      'index-scan-filter',
    )
  })

  test('an index-only scan that visits the table, until VACUUM', async () => {
    const only = 'set enable_seqscan = off; set enable_bitmapscan = off;'
    const sql = 'select id from fresh where id < 15000'
    expect((await one('heap-fetches', sql, only)).evidence).toMatchObject({ fetches: 14_999 })
    await client.query('vacuum fresh')
    expect(await rules(sql, only)).not.toContain('heap-fetches')
  })

  test('a lossy bitmap', async () => {
    const bitmap = 'set enable_seqscan = off; set enable_indexscan = off;'
    const wide = 'select note from events where user_id < 4990'
    expect(await rules(wide, `${bitmap} set work_mem = '64kB';`)).toContain('lossy-bitmap')
    expect(await rules(wide, `${bitmap} set work_mem = '16MB';`)).not.toContain('lossy-bitmap')
  })

  test('a subquery executed for each row', async () => {
    const sql = `select id, (select count(*) from plain_users u where u.id = e.user_id) from events e where id <= 1000`
    expect(await rules(sql)).toContain('subplan-per-row')
    expect(
      await rules('select id, (select count(*) from plain_users) from events where id <= 1000'),
    ).not.toContain('subplan-per-row')
  })

  test('a cost above 10,000, and below', async () => {
    const found = await one('high-cost', 'select * from events a, users b where a.id < 3000')
    expect(found).toMatchObject({ path: [], evidence: { cost: expect.any(Number) } })
    expect(await rules('select * from users where id = 3')).not.toContain('high-cost')
  })

  test('fewer workers than planned', async () => {
    const parallel =
      'set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;'
    const sql = 'select count(*) from events where note > $$a$$'
    expect(
      (await one('missing-workers', sql, `${parallel} set max_parallel_workers = 0;`)).evidence,
    ).toMatchObject({ launched: 0 })
    expect(await rules(sql)).not.toContain('missing-workers')
  })

  test('JIT that costs more than it saves, where this server can compile', async () => {
    const forced =
      'set jit = on; set jit_above_cost = 0; set jit_optimize_above_cost = 0; set jit_inline_above_cost = 0;'
    const sql = 'select sum(id + kind) from events where id < 500'
    const explained = await explain(sql, forced)
    expect(
      analysePlan(explained)
        .map((f) => f.rule)
        .includes('jit-overhead'),
    ).toBe(explained.jit !== undefined)
    expect(await rules(sql)).not.toContain('jit-overhead')
  })
})

test('JIT is weighed against the time of the whole statement', () => {
  const plan = { 'Node Type': 'Result', 'Actual Loops': 1 }
  const of = (total: number) =>
    analysePlan(
      parsePlan({ Plan: plan, 'Execution Time': 100, JIT: { Functions: 12, Timing: { Total: total } } }),
    )
  expect(of(40)).toMatchObject([{ rule: 'jit-overhead', evidence: { functions: 12, milliseconds: 40 } }])
  expect(of(10)).toEqual([])
})

test('no plan makes it stumble', () => {
  const number = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 1e9 }),
    fc.double({ noNaN: true, min: 0, max: 1e12 }),
  )
  const { node } = fc.letrec((tie) => ({
    node: fc.record(
      {
        'Node Type': fc.constantFrom(
          'Seq Scan',
          'Nested Loop',
          'Sort',
          'Hash',
          'Aggregate',
          'Index Only Scan',
          'Gather',
          'Limit',
        ),
        ...Object.fromEntries(
          [
            'Plan Rows',
            'Actual Rows',
            'Actual Loops',
            'Total Cost',
            'Actual Total Time',
            'Rows Removed by Filter',
            'Heap Fetches',
            'Lossy Heap Blocks',
            'Hash Batches',
            'Workers Planned',
            'Workers Launched',
          ].map((n) => [n, number]),
        ),
        Filter: fc.constant('(a = 1)'),
        'Sort Space Type': fc.constantFrom('Disk', 'Memory'),
        'Parent Relationship': fc.constantFrom('Outer', 'Inner', 'SubPlan'),
        Plans: fc.array(tie('node'), { maxLength: 2, depthIdentifier: 'plan' }),
      },
      { requiredKeys: ['Node Type'] },
    ),
  }))
  fc.assert(
    fc.property(node, number, (plan, execution) => {
      for (const finding of analysePlan(parsePlan({ Plan: plan, 'Execution Time': execution }))) {
        expect(finding.message).not.toMatch(/NaN|undefined|Infinity/)
        expect(planRules.map((r) => r.name)).toContain(finding.rule)
      }
    }),
    { numRuns: 500 },
  )
})
