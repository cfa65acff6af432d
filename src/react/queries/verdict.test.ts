import { expect, test } from 'vitest'
import type { QueryReport } from '../api/query-types.ts'
import { verdictOf } from './verdict.ts'

const plan = { explained: { plan: { 'Node Type': 'Result', 'Total Cost': 8 }, analyzed: false } }
const report = (more: object): QueryReport =>
  ({ findings: [], rewrites: [], indexes: [], gaps: [], plan, ...more }) as unknown as QueryReport
const rewrite = (after: number, result = 'same') => ({
  ...{ title: 'Say it so', result, planned: { before: 100, after } },
})
const index = (after: number) => ({ summary: 't (a)', statements: [{ costBefore: 100, costAfter: after }] })

test('names what is planned cheapest', () => {
  const best = verdictOf(report({ rewrites: [rewrite(50)], indexes: [index(4)] }))
  expect(best.title).toBe('It can be 25 times cheaper')
  expect(best.detail).toContain('the index t (a)')
  expect(verdictOf(report({ rewrites: [rewrite(80, 'check')] })).title).toBe('It can be 20 % cheaper')
  expect(verdictOf(report({ rewrites: [rewrite(80, 'check')] })).detail).toContain(
    'if its result is what you want',
  )
})

test('promises nothing for what hardly helps, is not planned, or is unknown', () => {
  expect(verdictOf(report({ rewrites: [rewrite(98)] })).tone).toBe('ok')
  expect(verdictOf(report({ findings: [{ severity: 'warning' }] })).tone).toBe('warning')
  const gaps = [{ part: 'plan', reason: 'no planner here' }]
  expect(verdictOf(report({ plan: undefined, gaps }))).toMatchObject({
    tone: 'unknown',
    detail: 'no planner here',
  })
})
