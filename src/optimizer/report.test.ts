import { beforeAll, expect, test } from 'vitest'
import { tables } from '../../test/lint-cases.ts'
import { analysePlan } from './analyse-plan.ts'
import { buildModel } from './build-model.ts'
import { lint } from './lint.ts'
import { loadParser, parseStatement } from './parse.ts'
import { parsePlan } from './plan-node.ts'
import { byGain, type PlannedRewrite, type QueryReport, reportFindings } from './report.ts'
import { rewrite } from './rewrite.ts'

beforeAll(loadParser)

const SQL = 'select * from users where lower(email) = $1 and id not in (select user_id from orders)'
const plan = (cost: number) =>
  parsePlan({ Plan: { 'Node Type': 'Seq Scan', 'Relation Name': 'users', 'Total Cost': cost } })

test('a report of a statement is made of its parts, the gravest finding first', () => {
  const parsed = parseStatement(SQL)
  const model = buildModel(parsed, { tables })
  const explained = plan(20_000)
  const rewrites: PlannedRewrite[] = rewrite(model).map((r) => ({
    ...r,
    why: 'there is no private planner here',
  }))
  const report: QueryReport = {
    at: 1,
    sql: SQL,
    fingerprint: parsed.fingerprint,
    findings: reportFindings(lint(model), analysePlan(explained)),
    plan: { explained, role: 'web', generic: true, by: 'database', notes: [] },
    rewrites: byGain(rewrites),
    indexes: [],
    gaps: [{ part: 'indexes', reason: 'there is no private planner here' }],
  }
  expect(report.findings.map((f) => [f.about, f.rule, f.severity])).toEqual([
    ['text', 'function-on-column', 'warning'],
    ['text', 'not-in-subquery', 'warning'],
    ['plan', 'high-cost', 'info'],
    ['text', 'select-star', 'info'],
  ])
  expect(report.rewrites.map((r) => [r.rule, r.result])).toEqual([
    ['columns-for-star', 'same'],
    ['not-exists-for-not-in', 'same'],
  ])
  // It goes over the wire as it is.
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
})

test('a rewrite that was planned cheaper comes first, one that was planned dearer last', () => {
  const [base] = rewrite(buildModel(parseStatement(SQL), { tables }))
  if (!base) throw new Error('no rewrite')
  const planned = (rule: string, after: number) => ({
    ...base,
    rule,
    planned: { before: 100, after, explained: plan(after) },
  })
  const list: PlannedRewrite[] = [
    planned('dear', 150),
    { ...base, rule: 'check', result: 'check' },
    { ...base, rule: 'same' },
    planned('cheap', 10),
  ]
  expect(byGain(list).map((r) => r.rule)).toEqual(['cheap', 'same', 'check', 'dear'])
})
