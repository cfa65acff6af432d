import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freshDatabase, majors } from '../../test/servers.ts'
import { AppError } from '../core/errors.ts'
import { nodesOf, parsePlan } from './plan-node.ts'

describe.each(majors)('PostgreSQL %i', (major) => {
  test('a plan of every kind of node is read', async () => {
    const db = await freshDatabase(major)
    await db.query('create table t as select i as a, i % 10 as b from generate_series(1, 5000) i')
    await db.query('create index on t (a)')
    await db.query('analyze t')
    const sql = `with c as materialized (select * from t where a < 100)
      select b, count(*), (select max(a) from c) from t where a in (select a from c) group by b order by 2 desc limit 3`
    const [bare] = await db.query(`explain (format json, verbose) ${sql}`)
    const [ran] = await db.query(`explain (format json, analyze, buffers) ${sql}`)
    await db.drop()

    const planned = parsePlan(bare?.['QUERY PLAN'])
    expect(planned).toMatchObject({
      analyzed: false,
      plan: { 'Node Type': 'Limit', 'Total Cost': expect.any(Number) },
    })
    const executed = parsePlan(ran?.['QUERY PLAN'])
    expect(executed).toMatchObject({
      analyzed: true,
      execution: expect.any(Number),
      planning: expect.any(Number),
    })
    const nodes = [...nodesOf(executed.plan)]
    expect(nodes.map(({ node }) => node['Node Type'])).toEqual(
      expect.arrayContaining(['Limit', 'Sort', 'CTE Scan', 'Aggregate']),
    )
    expect(nodes[0]).toMatchObject({ parent: undefined, path: [] })
    expect(nodes[1]?.path).toEqual([0])
    expect(nodes[1]?.parent).toBe(executed.plan)
  })
})

test.each([
  ['no object', 'x', 'it is not an object'],
  ['an empty list', [], 'it is not an object'],
  ['no node type', { Plan: { 'Total Cost': 1 } }, 'Plan has no "Node Type"'],
  [
    'a cost in words',
    { Plan: { 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Sort', 'Total Cost': 'dear' }] } },
    '"Total Cost" of Plan.Plans[0] is not a number',
  ],
  [
    'children that are no list',
    { Plan: { 'Node Type': 'Limit', Plans: {} } },
    '"Plans" of Plan is not a list',
  ],
])('%s is refused with the place', (_what, json, detail) => {
  expect(() => parsePlan(json)).toThrowError(expect.objectContaining({ code: 'bad-plan', detail }))
})

test('any JSON ends in a plan or an AppError', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      for (const given of [json, { Plan: json }, [{ Plan: { 'Node Type': 'Result', Plans: json } }]])
        try {
          parsePlan(given)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
    }),
  )
})
