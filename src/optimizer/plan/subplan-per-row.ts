import { formatCount, formatRatio } from '../../core/format.ts'
import { actualTime } from '../plan-node.ts'
import { definePlanRule } from '../plan-rule.ts'

const LOOPS = 1000
const SHARE = 0.3

export default definePlanRule({
  name: 'subplan-per-row',
  title: 'Subquery executed for each row',
  severity: 'warning',
  doc: 'A correlated subquery ran 1,000 times or more and took at least 30 % of the time. Only where the statement was executed.',
  *check({ explained, nodes }) {
    for (const at of nodes) {
      const { node } = at
      if (node['Parent Relationship'] !== 'SubPlan' || (node['Actual Loops'] ?? 0) < LOOPS) continue
      const time = actualTime(node) ?? 0
      const whole = explained.execution ?? actualTime(explained.plan) ?? 0
      if (whole === 0 || time < SHARE * whole) continue
      yield {
        at,
        message: `${node['Subplan Name'] ?? 'A subquery'} ran ${formatCount(node['Actual Loops'] ?? 0)} times, ${formatRatio(Math.min(1, time / whole))} of the time`,
        advice: 'Join a grouped subquery instead, or index what the subquery looks for',
        evidence: { loops: node['Actual Loops'] ?? 0, milliseconds: time },
      }
    }
  },
})
