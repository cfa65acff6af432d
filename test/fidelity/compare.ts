import type { PlanNode } from '../../src/optimizer/plan-node.ts'

/** What makes two plans the same: every node with what it works on and how, without numbers. `rename`: of index names. */
export function shapeOf(node: PlanNode, rename: (index: string) => string = (name) => name): string {
  const fields: Readonly<Record<string, unknown>> = { ...node }
  const parts = [
    ...[
      'Node Type',
      'Join Type',
      'Strategy',
      'Relation Name',
      'Alias',
      'Scan Direction',
      'Partial Mode',
      'Parent Relationship',
    ],
    ...['Workers Planned', 'Inner Unique'],
  ].map((key) => String(fields[key] ?? ''))
  const index = node['Index Name']
  const below = (node.Plans ?? []).map((child) => shapeOf(child, rename))
  return `${parts.join('|')}|${index === undefined ? '' : rename(index)}(${below.join(',')})`
}

/** How far a cost is off, as a share of the true one. */
export const costError = (found: PlanNode, truth: PlanNode): number => {
  const [a, b] = [found, truth].map((p) => Number(p['Total Cost'])) as [number, number]
  return b === 0 ? Math.abs(a) : Math.abs(a - b) / b
}

/** Indexes that a plan uses. */
export function usedIndexes(node: PlanNode): string[] {
  const own = node['Index Name']
  return [...(own === undefined ? [] : [own]), ...(node.Plans ?? []).flatMap(usedIndexes)]
}
