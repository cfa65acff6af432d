import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PlanNode } from '../api/query-types.ts'
import { planLines } from './plan-shares.ts'

const node = (type: string, cost: number, plans: readonly PlanNode[] = [], more: object = {}): PlanNode => ({
  ...{ 'Node Type': type, 'Total Cost': cost, 'Plan Rows': 10 },
  ...(plans.length > 0 && { Plans: plans }),
  ...more,
})
const outer = { 'Parent Relationship': 'Outer' }
const inner = { 'Parent Relationship': 'Inner' }
const shares = (plan: PlanNode) => planLines(plan).map((l) => [l.node['Node Type'], Math.round(l.own * 100)])

test('gives each node what is its own', () => {
  expect(shares(node('Sort', 100, [node('Seq Scan', 80, [], outer)]))).toEqual([
    ['Sort', 20],
    ['Seq Scan', 80],
  ])
})

test('counts the inner side of a nested loop as often as it runs', () => {
  const loop = node('Nested Loop', 100, [
    node('Seq Scan', 20, [], outer),
    node('Index Scan', 7, [], { ...inner, 'Parent Relationship': 'Inner' }),
  ])
  expect(shares(loop)).toEqual([
    ['Nested Loop', 10],
    ['Seq Scan', 20],
    ['Index Scan', 70],
  ])
})

test('scales what a limit cuts off', () => {
  expect(shares(node('Limit', 10, [node('Seq Scan', 1000, [], outer)]))).toEqual([
    ['Limit', 0],
    ['Seq Scan', 100],
  ])
})

test('leaves out what is closed, and keeps the shares', () => {
  const plan = node('Sort', 100, [node('Hash', 80, [node('Seq Scan', 60, [], outer)], outer)])
  expect(planLines(plan, new Set(['0'])).map((l) => [l.key, l.level, l.parent])).toEqual([
    ['', 1, true],
    ['0', 2, true],
  ])
})

test('shares are parts of one whole, whatever the plan', () => {
  const plans = fc.letrec<{ plan: PlanNode }>((tie) => ({
    plan: fc
      .record({
        type: fc.constantFrom('Nested Loop', 'Hash Join', 'Limit', 'Append'),
        cost: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        rows: fc.nat(1000),
        plans: fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.tuple(tie('plan'), tie('plan'))),
      })
      .map(({ type, cost, rows, plans: below }) =>
        node(
          type,
          cost,
          below.map((p, i) => ({ ...(p as PlanNode), ...(i === 0 ? outer : inner) })),
          { 'Plan Rows': rows },
        ),
      ),
  })).plan
  fc.assert(
    fc.property(plans, (plan) => {
      const own = planLines(plan).map((l) => l.own)
      expect(Math.min(...own)).toBeGreaterThanOrEqual(0)
      expect(own.reduce((sum, o) => sum + o, 0)).toBeCloseTo(1, 6)
    }),
  )
})
