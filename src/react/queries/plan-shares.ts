import type { PlanNode } from '../api/query-types.ts'

/** A node of a plan as it is drawn. */
export interface PlanLine {
  /** The way to it from the root: `0.1`. */
  readonly key: string
  readonly node: PlanNode
  readonly level: number
  readonly parent: boolean
  /** Its own part of the whole cost, without what is below it, 0..1. */
  readonly own: number
}

/**
 * The nodes of a plan as they are read, with each one's own share of the cost; those below a closed one are left out.
 * EXPLAIN gives a node's cost with all below it, and of the inner side of a nested loop that of one execution: it is counted as often as the
 * outer side has rows, as far as the loop's own total allows. Below a Limit only part of the cost is met: it is scaled down. So shares add up to 1.
 */
export function planLines(root: PlanNode, closed: ReadonlySet<string> = new Set()): readonly PlanLine[] {
  const whole = Math.max(costOf(root), Number.MIN_VALUE)
  const lines: PlanLine[] = []
  const add = (node: PlanNode, key: string, level: number, cost: number, shown: boolean): void => {
    const children = node.Plans ?? []
    const parts = partsOf(node)
    const below = parts.reduce((sum, p) => sum + p, 0)
    const total = costOf(node)
    // A node may cost less than what is below it would if it ran to its end.
    const scale = below > total ? total / below : 1
    const met = total > 0 ? cost / total : 0
    const own = Math.max(0, total - below * scale) * met
    if (shown) lines.push({ key, node, level, parent: children.length > 0, own: own / whole })
    for (const [i, child] of children.entries())
      add(
        child,
        key === '' ? `${i}` : `${key}.${i}`,
        level + 1,
        (parts[i] ?? 0) * scale * met,
        shown && !closed.has(key),
      )
  }
  add(root, '', 1, costOf(root), true)
  return lines
}

const costOf = (node: PlanNode): number => node['Total Cost'] ?? 0

/** What each child adds to the cost of its parent. */
function partsOf(node: PlanNode): readonly number[] {
  const children = node.Plans ?? []
  const costs = children.map(costOf)
  const outer = children.findIndex((c) => c['Parent Relationship'] === 'Outer')
  const inner = children.findIndex((c) => c['Parent Relationship'] === 'Inner')
  if (node['Node Type'] !== 'Nested Loop' || outer < 0 || inner < 0) return costs
  const often = Math.max(1, children[outer]?.['Plan Rows'] ?? 1)
  const once = costs[inner] ?? 0
  const left = costOf(node) - costs.reduce((sum, c, i) => (i === inner ? sum : sum + c), 0)
  return costs.map((c, i) => (i === inner ? Math.max(once, Math.min(once * often, left)) : c))
}

/** A node as people name it: what it does, by which index, on what. */
export function nodeWords(node: PlanNode): { readonly does: string; readonly on: string } {
  const relation = node['Relation Name'] ?? node['CTE Name'] ?? node['Function Name']
  const alias =
    relation !== undefined && node.Alias !== undefined && node.Alias !== relation ? ` ${node.Alias}` : ''
  const join = node['Join Type']
  const kind = join !== undefined && join !== 'Inner' ? ` ${join}` : ''
  const index = node['Index Name']
  return {
    does: `${node['Parallel Aware'] ? 'Parallel ' : ''}${node['Node Type']}${kind}`,
    on: [relation && `on ${relation}${alias}`, index && `using ${index}`].filter(Boolean).join(' '),
  }
}

const CONDITIONS = [
  'Index Cond',
  'Recheck Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Filter',
  'One-Time Filter',
  'TID Cond',
  'Order By',
] as const
const KEYS = ['Sort Key', 'Presorted Key', 'Group Key'] as const

/** By what a node chooses, joins or orders, with EXPLAIN's own names. */
export const nodeConditions = (node: PlanNode): readonly (readonly [name: string, text: string])[] => [
  ...CONDITIONS.flatMap((name) => (node[name] === undefined ? [] : [[name, node[name]] as const])),
  ...KEYS.flatMap((name) => (node[name] === undefined ? [] : [[name, node[name].join(', ')] as const])),
]
