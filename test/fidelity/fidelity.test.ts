import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { indexDdl } from '../../src/optimizer/index-ddl.ts'
import type { PlanNode } from '../../src/optimizer/plan-node.ts'
import { parseUrl } from '../../src/postgres/url.ts'
import type { Planner } from '../../src/shadow/shadow.ts'
import { majors } from '../servers.ts'
import { testShadow } from '../shadow.ts'
import { CANDIDATES } from './candidates.ts'
import { costError, shapeOf, usedIndexes } from './compare.ts'
import { randomQueries } from './queries.ts'
import { fleetDatabase, type Source } from './source.ts'

const QUERIES = 150
/** Share of a statement's cost that an index must save to be useful; plans that lie closer together change places with little. */
const USEFUL = 0.05
const table: Record<string, unknown>[] = []
const costOf = (plan: PlanNode) => plan['Total Cost'] ?? 0
const share = (list: readonly boolean[]) => list.filter(Boolean).length / list.length
const percent = (list: readonly boolean[]) => `${(share(list) * 100).toFixed(1)} %`

afterAll(() => console.table(table))

describe.each(majors)('PostgreSQL %i', (major) => {
  const shadow = testShadow()
  let source: Source
  let planner: Planner

  beforeAll(async () => {
    source = await fleetDatabase(major)
    planner = await shadow().prepare({ spec: parseUrl(source.url, {}) })
  })
  afterAll(async () => {
    await planner?.close()
    await source?.drop()
  })

  const real = async (sql: string): Promise<PlanNode> => {
    const { rows } = await source.client.query(`EXPLAIN (FORMAT JSON) ${sql}`)
    return rows[0]['QUERY PLAN'][0].Plan as PlanNode
  }

  test('everything is rebuilt, in at most 25 catalogue queries', () => {
    expect(planner.schema.gaps).toEqual([])
    expect(planner.schema.tables.map((t) => [t.name, t.coverage])).toEqual(
      planner.schema.tables.map((t) => [t.name, 1]),
    )
    expect(planner.cost.queries).toBeLessThanOrEqual(25)
  })

  test('random queries get the plans that they have', async () => {
    const seen = []
    for (const sql of randomQueries(major, QUERIES)) {
      const [truth, { plan }] = [await real(sql), await planner.whatIf.plan({ sql })]
      seen.push({ sql, same: shapeOf(plan) === shapeOf(truth), error: costError(plan, truth) })
    }
    table.push({
      major,
      what: `${QUERIES} random queries`,
      'same plan': percent(seen.map((s) => s.same)),
      'cost ≤ 0.1 %': percent(seen.map((s) => s.error <= 0.001)),
      '≤ 1 %': percent(seen.map((s) => s.error <= 0.01)),
    })
    expect(share(seen.map((s) => s.same)), other(seen)).toBeGreaterThanOrEqual(0.99 - 1 / QUERIES)
    // What a GIN index holds is known to its metapage only; the planner falls back to a guess. Many queries here use one.
    expect(share(seen.map((s) => s.error <= 0.01)), other(seen)).toBeGreaterThanOrEqual(0.92)
  })

  test('a hypothetical index is used as the real one would be, at its cost', async () => {
    const seen = []
    for (const [spec, queries] of CANDIDATES) {
      const made = await planner.whatIf.create(spec)
      if ('reason' in made) throw new Error(made.reason)
      const bare = new Map<string, number>()
      for (const sql of queries) bare.set(sql, costOf(await real(sql)))
      await source.client.query('BEGIN')
      await source.client.query(indexDdl(spec, { name: made.name }))
      const { rows } = await source.client.query(PARTS, [`${spec.schema}.${made.name}`])
      const parts = new Set(rows.map((r) => r.name))
      for (const sql of queries) {
        const [truth, found] = [await real(sql), await planner.whatIf.plan({ sql }, { with: [made] })]
        seen.push({
          sql: `${indexDdl(spec)}: ${sql}`,
          same: shapeOf(found.plan) === shapeOf(truth),
          error: costError(found.plan, truth),
          used: found.indexes.includes(made.name),
          really: usedIndexes(truth).some((name) => parts.has(name)),
          gain: 1 - costOf(truth) / (bare.get(sql) ?? 0),
        })
      }
      await source.client.query('ROLLBACK')
      await planner.whatIf.drop(made)
    }
    const missed = seen.filter((s) => s.really && !s.used && s.gain >= USEFUL)
    table.push({
      major,
      what: `${seen.length} what-ifs`,
      'same plan': percent(seen.map((s) => s.same)),
      'cost ≤ 0.1 %': percent(seen.map((s) => s.error <= 0.001)),
      '≤ 1 %': percent(seen.map((s) => s.error <= 0.01)),
      used: seen.filter((s) => s.really && s.used).length,
      missed: missed.length,
      'used in vain': seen.filter((s) => s.used && !s.really).length,
    })
    expect(missed).toEqual([])
    expect(share(seen.map((s) => s.error <= 0.01)), other(seen)).toBeGreaterThanOrEqual(0.95)
    expect(share(seen.map((s) => s.same)), other(seen)).toBeGreaterThanOrEqual(0.95)
  })

  test('an existing index taken away is as if it were dropped', async () => {
    const sql = 'SELECT * FROM fleet.parcel WHERE customer = 1234 ORDER BY placed DESC LIMIT 3'
    const before = await planner.whatIf.plan({ sql })
    const without = await planner.whatIf.plan({ sql }, { without: ['fleet.parcel_customer'] })
    await source.client.query('BEGIN')
    await source.client.query('DROP INDEX fleet.parcel_customer')
    const truth = await real(sql)
    await source.client.query('ROLLBACK')
    expect(before.indexes).toEqual(['parcel_customer'])
    expect(shapeOf(without.plan)).toBe(shapeOf(truth))
    expect(costError(without.plan, truth)).toBeLessThan(0.01)
    expect((await planner.whatIf.plan({ sql })).cost).toBe(before.cost)
  })
})

const PARTS = `WITH RECURSIVE t(oid) AS (SELECT $1::regclass::oid UNION ALL SELECT inhrelid FROM t JOIN pg_inherits ON inhparent = oid)
  SELECT relname AS name FROM t JOIN pg_class USING (oid)`

/** What was otherwise, for a failure's message. */
const other = (seen: readonly { sql: string; same: boolean; error: number }[]): string =>
  seen
    .filter((s) => !s.same || s.error > 0.01)
    .map(
      (s) => `${s.same ? 'same plan' : 'other plan'}, cost off by ${(s.error * 100).toFixed(2)} %: ${s.sql}`,
    )
    .join('\n')
