import { formatCount } from '../../core/format.ts'
import { definePlanRule } from '../plan-rule.ts'

const SHARE = 0.1

export default definePlanRule({
  name: 'lossy-bitmap',
  title: 'Lossy bitmap',
  severity: 'info',
  doc: 'The bitmap of rows did not fit into work_mem and kept only pages for more than 10 % of them: every row of those is checked again. Only where the statement was executed.',
  *check({ nodes }) {
    for (const at of nodes) {
      const { node } = at
      const [lossy, exact] = [node['Lossy Heap Blocks'] ?? 0, node['Exact Heap Blocks'] ?? 0]
      if (lossy === 0 || lossy < SHARE * (lossy + exact)) continue
      yield {
        at,
        message: `${formatCount(lossy)} of ${formatCount(lossy + exact)} pages were kept whole, and ${formatCount((node['Rows Removed by Index Recheck'] ?? 0) * (node['Actual Loops'] ?? 1))} rows checked in vain`,
        advice:
          'A higher work_mem for this statement (SET LOCAL work_mem), or an index that finds fewer rows',
        evidence: { lossy, exact, rechecked: node['Rows Removed by Index Recheck'] ?? 0 },
      }
    }
  },
})
