import { formatCount } from '../../core/format.ts'
import type { PlacedNode, PlanNode } from '../plan-node.ts'
import { definePlanRule } from '../plan-rule.ts'

/** Factor from which a plan is likely another one, and the rows below which it does not matter. */
const FACTOR = 10
const ROWS = 100

/** How many times too few (above 1) or too many (below 1) rows were expected; undefined where it says nothing. */
function factor(node: PlanNode): number | undefined {
  const { 'Plan Rows': planned, 'Actual Rows': actual, 'Actual Loops': loops } = node
  if (planned === undefined || actual === undefined || !loops) return undefined
  // A bitmap's own count is of the index's entries or nothing.
  if (/^Bitmap(And|Or)$/.test(node['Node Type'])) return undefined
  return Math.max(actual, 1) / Math.max(planned, 1)
}

const isWrong = (node: PlanNode): boolean => {
  const times = factor(node)
  if (times === undefined || Math.max(node['Actual Rows'] ?? 0, node['Plan Rows'] ?? 0) < ROWS) return false
  return times >= FACTOR || times <= 1 / FACTOR
}

/** What stops reading before the end makes fewer rows than planned, and no wrong estimate. */
const stopsEarly = (node: PlanNode): boolean =>
  /^(Limit|Merge Join|Unique)$/.test(node['Node Type']) ||
  /^(Semi|Anti)$/.test(node['Join Type'] ?? '') ||
  node['Inner Unique'] === true

export default definePlanRule({
  name: 'row-misestimate',
  title: 'Rows misestimated',
  severity: 'warning',
  doc: 'Ten times more or fewer rows came than the planner expected, so joins and memory were chosen for another amount. Only where the statement was executed; said of the lowest node where it begins.',
  *check({ nodes }) {
    const byNode = new Map<PlanNode, PlacedNode>(nodes.map((n) => [n.node, n]))
    const early = (at: PlacedNode): boolean => {
      const above = at.parent && byNode.get(at.parent)
      return above ? stopsEarly(above.node) || early(above) : false
    }
    for (const at of nodes) {
      const { node } = at
      const times = factor(node)
      if (times === undefined || !isWrong(node) || (times < 1 && early(at))) continue
      // Wrong below already: that is where to look.
      if ((node.Plans ?? []).some(isWrong)) continue
      const [planned, actual] = [node['Plan Rows'] ?? 0, node['Actual Rows'] ?? 0]
      const table = node['Relation Name']
      yield {
        at,
        message: `${formatCount(planned)} rows were expected and ${formatCount(actual)} came, ${formatCount(times > 1 ? times : 1 / times)} times ${times > 1 ? 'more' : 'fewer'}`,
        advice: table
          ? `ANALYZE ${table}; if that does not help, CREATE STATISTICS on columns that depend on each other, or a higher statistics target`
          : 'See whether a condition compares columns that depend on each other: CREATE STATISTICS tells the planner',
        evidence: { expected: planned, came: actual, factor: times },
      }
    }
  },
})
