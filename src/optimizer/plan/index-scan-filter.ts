import { formatCount, formatRatio } from '../../core/format.ts'
import { actualRows } from '../plan-node.ts'
import { definePlanRule } from '../plan-rule.ts'

const SHARE = 0.9
const ROWS = 1000

export default definePlanRule({
  name: 'index-scan-filter',
  title: 'Index scan with a heavy filter',
  severity: 'warning',
  doc: 'The index finds many rows of which a filter then throws more than 90 % away, at least 1,000: it lacks a column. Only where the statement was executed.',
  *check({ nodes }) {
    for (const at of nodes) {
      const { node } = at
      if (!/^(Index|Index Only|Bitmap Heap) Scan$/.test(node['Node Type']) || node.Filter === undefined)
        continue
      const removed = (node['Rows Removed by Filter'] ?? 0) * (node['Actual Loops'] ?? 1)
      const kept = actualRows(node) ?? 0
      const share = removed / (removed + kept)
      if (!(removed >= ROWS && share >= SHARE)) continue
      yield {
        at,
        message: `The index found ${formatCount(removed + kept)} rows, and ${formatRatio(share)} of them were thrown away by the filter`,
        advice: `An index that also has the columns of ${node.Filter}, the equalities first`,
        evidence: { filter: node.Filter, index: node['Index Name'] ?? null, kept, removed },
      }
    }
  },
})
