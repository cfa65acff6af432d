import { formatCount } from '../../core/format.ts'
import { definePlanRule } from '../plan-rule.ts'

/** The limit that SPEC Q4 sets. */
const COST = 10_000

export default definePlanRule({
  name: 'high-cost',
  title: 'Cost above 10,000',
  severity: 'info',
  doc: 'The planner expects more work than reading 10,000 pages in order. Fine for a report, much for a request that somebody waits for.',
  *check({ explained, nodes }) {
    const [root] = nodes
    const cost = explained.plan['Total Cost'] ?? 0
    if (!root || cost <= COST) return
    const dearest = nodes
      .map(({ node }) => ({
        node,
        own:
          (node['Total Cost'] ?? 0) - (node.Plans ?? []).reduce((sum, c) => sum + (c['Total Cost'] ?? 0), 0),
      }))
      .reduce((a, b) => (b.own > a.own ? b : a))
    yield {
      at: root,
      message: `The planner puts the cost at ${formatCount(cost)}, ${formatCount(Math.max(0, dearest.own))} of it for the ${dearest.node['Node Type']}${dearest.node['Relation Name'] ? ` on ${dearest.node['Relation Name']}` : ''}`,
      advice: 'Look at that node first',
      evidence: { cost, rows: explained.plan['Plan Rows'] ?? null },
    }
  },
})
