import { formatCount, plural } from '../core/format.ts'
import { type Explained, nodeLabel, type PlanNode } from '../optimizer/plan-node.ts'
import { cut, oneLine, type Style, wrap } from './text.ts'

/** What of a node says which rows it is about. */
const CONDITIONS = ['Index Cond', 'Recheck Cond', 'Hash Cond', 'Merge Cond', 'Join Filter', 'Filter'] as const

/** A plan as an indented tree: each node with its cost and rows, and below it what it filters by. */
export function renderPlanTree(
  { plan, analyzed }: Explained,
  { width, style }: { readonly width: number; readonly style: Style },
): string {
  const lines: string[] = []
  const draw = (node: PlanNode, depth: number): void => {
    const indent = '  '.repeat(Math.min(depth, 12) + 1)
    const arrow = depth === 0 ? '' : '→ '
    const figures = `  cost ${formatCount(node['Total Cost'] ?? 0)}, ${rowsOf(node, analyzed)}`
    const room = Math.max(20, width - indent.length - arrow.length - figures.length)
    const name = cut(oneLine(nodeLabel(node)), room)
    lines.push(`${indent}${arrow}${style('strong', name)}${style('muted', figures)}`)
    for (const key of CONDITIONS) {
      const text = node[key]
      if (text !== undefined)
        lines.push(style('muted', wrap(`${key}: ${oneLine(text)}`, width, `${indent}${arrow && '  '}  `)))
    }
    for (const child of node.Plans ?? []) draw(child, depth + 1)
  }
  draw(plan, 0)
  return `${lines.join('\n')}\n`
}

function rowsOf(node: PlanNode, analyzed: boolean): string {
  const expected = plural(node['Plan Rows'] ?? 0, 'row')
  if (!analyzed || node['Actual Rows'] === undefined) return expected
  const loops = node['Actual Loops'] ?? 1
  const time = formatCount((node['Actual Total Time'] ?? 0) * loops)
  return `${expected}; really ${formatCount(node['Actual Rows'] * loops)} in ${time} ms`
}
