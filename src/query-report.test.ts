import { expect, test } from 'vitest'
import { AppError } from './core/errors.ts'
import type { PlannedPart } from './optimizer/report.ts'
import type { PrivatePlanners } from './private-planners.ts'
import { makeReport } from './query-report.ts'

/** As on a platform without binaries, or behind a transaction pooler. */
const without = (code: 'no-shadow' | 'needs-direct' | 'unreachable'): PrivatePlanners => ({
  spec: () => expect.unreachable(),
  use: () => Promise.reject(new AppError(code, 'here')),
  isBusy: () => false,
  close: () => Promise.resolve(),
})
const SQL = 'select * from orders where id not in (select order_id from items)'

test.each(['no-shadow', 'needs-direct'] as const)(
  '%s: what the text alone shows, and why that is all',
  async (code) => {
    const report = await makeReport({ sql: SQL }, { target: 'db', planners: without(code) })
    expect(report.findings.map((f) => f.rule)).toContain('not-in-subquery')
    expect(report).toMatchObject({ indexes: [], sql: SQL })
    expect(report).not.toHaveProperty('plan')
    const { message, remedy } = new AppError(code, 'here')
    expect(report.gaps).toEqual([
      { part: 'plan', reason: message, remedy },
      { part: 'indexes', reason: message, remedy },
    ])
    expect(report.rewrites.length).toBeGreaterThan(0)
    for (const rewrite of report.rewrites) expect(rewrite.why).toBe(message)
  },
)

test('a plan that the database gave stays, with what is found in it', async () => {
  const plan: PlannedPart = {
    explained: { analyzed: false, plan: { 'Node Type': 'Seq Scan', 'Total Cost': 50_000 } },
    ...{ generic: false, by: 'database', role: 'web', notes: [] },
  }
  const report = await makeReport(
    { sql: SQL },
    { target: 'db', planners: without('no-shadow'), onServer: () => Promise.resolve(plan) },
  )
  expect(report.plan).toBe(plan)
  expect(report.findings.map((f) => f.rule)).toContain('high-cost')
  expect(report.gaps.map((g) => g.part)).toEqual(['indexes'])
})

test('a database out of reach is an error, not a gap', async () => {
  await expect(
    makeReport({ sql: SQL }, { target: 'db', planners: without('unreachable') }),
  ).rejects.toMatchObject({
    code: 'unreachable',
  })
})
