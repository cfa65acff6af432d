/** Which of the made-up constants are most like what really ran. */
import { nodesOf, type PlanNode } from './plan-node.ts'
import type { TableFacts } from './schema.ts'
import type { Frequency } from './statistics.ts'

export interface ObservedCall {
  /** Of one execution, on average. */
  readonly rows: number
  readonly blocks: number
}

/** Where averages tell nothing: most executions are typical ones. */
const PRIOR: Readonly<Record<Frequency, number>> = { typical: 1, rare: 0.8, wide: 0.25 }
/** No scenario is ruled out by averages: the index for the rare case is found this way. */
const LEAST_WEIGHT = 0.05

/**
 * Weights of plans, 1 in all: the nearer the rows and blocks that a plan expects are to those of an average execution, by orders of
 * magnitude, the more it counts. Of what was not observed, typical constants count most.
 */
export function fitWeights(
  plans: readonly { readonly plan: PlanNode; readonly frequency: Frequency }[],
  observed: ObservedCall | undefined,
  tables: readonly TableFacts[],
): readonly number[] {
  const off = (expected: number, seen: number): number => Math.abs(Math.log((expected + 1) / (seen + 1)))
  const weights = plans.map(({ plan, frequency }) => {
    if (!observed) return PRIOR[frequency]
    const rows = off(rowsOf(plan), observed.rows)
    const blocks = off(blocksOf(plan, tables), observed.blocks)
    return PRIOR[frequency] * Math.exp(-rows - blocks / 2)
  })
  const shares = normalized(weights)
  return normalized(shares.map((w) => Math.max(LEAST_WEIGHT, w)))
}

function normalized(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((w) => (sum > 0 ? w / sum : 1 / weights.length))
}

/** Rows returned, or changed: the node that changes rows returns none. */
function rowsOf(plan: PlanNode): number {
  const node = plan['Node Type'] === 'ModifyTable' ? (plan.Plans?.[0] ?? plan) : plan
  return node['Plan Rows'] ?? 0
}

/** Pages to an entry: the height of a b-tree. */
const DESCENT = 3
const ENTRIES_PER_PAGE = 200

/** Blocks that a plan is likely to ask for, roughly: whole tables, or a block for each row that an index finds. */
export function blocksOf(plan: PlanNode, tables: readonly TableFacts[]): number {
  const rows = plan['Plan Rows'] ?? 0
  const children = plan.Plans ?? []
  const type = plan['Node Type']
  const table = tables.find((t) => t.name === plan['Relation Name'])
  if (type === 'Seq Scan' || type === 'Sample Scan') return (table?.pages ?? 0) + below(children, tables)
  if (type === 'Index Scan' || type === 'Bitmap Heap Scan')
    return DESCENT + Math.min(rows, table?.pages ?? rows) + below(children, tables)
  if (type === 'Index Only Scan') return DESCENT + rows / ENTRIES_PER_PAGE
  if (type === 'Nested Loop') {
    const [outer, inner, ...rest] = children
    const turns = Math.max(1, outer?.['Plan Rows'] ?? 1)
    return (
      (outer ? blocksOf(outer, tables) : 0) +
      turns * (inner ? blocksOf(inner, tables) : 0) +
      below(rest, tables)
    )
  }
  if (type === 'Limit') {
    const [child] = children
    const part = Math.min(1, rows / Math.max(1, child?.['Plan Rows'] ?? 1))
    return below(children, tables) * (child && isReadOnDemand(child) ? part : 1)
  }
  return below(children, tables)
}

const below = (children: readonly PlanNode[], tables: readonly TableFacts[]): number =>
  children.reduce((sum, child) => sum + blocksOf(child, tables), 0)

/** Whether its rows come as they are asked for; a sort or an aggregate reads all of its input first. */
function isReadOnDemand(plan: PlanNode): boolean {
  for (const { node } of nodesOf(plan))
    if (/^(Sort|Aggregate|Hash|Bitmap)/.test(node['Node Type'])) return false
  return true
}
