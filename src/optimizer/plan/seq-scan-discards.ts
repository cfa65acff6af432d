import { formatCount, formatRatio } from '../../core/format.ts'
import { actualRows } from '../plan-node.ts'
import { definePlanRule } from '../plan-rule.ts'

/** Share of the rows read that are thrown away, and their number, from which an index would pay. */
const SHARE = 0.9
const ROWS = 1000

export default definePlanRule({
  name: 'seq-scan-discards',
  title: 'Sequential scan that throws most rows away',
  severity: 'warning',
  doc: 'Every row of the table is read and more than 90 % of them, at least 1,000, fail the filter. Told from the rows removed where the statement was executed, else from the estimate and the size of the table.',
  *check({ nodes, tables }) {
    for (const at of nodes) {
      const { node } = at
      if (node['Node Type'] !== 'Seq Scan' || node.Filter === undefined) continue
      const facts = tables.find(
        (t) => t.name === node['Relation Name'] && (node.Schema === undefined || t.schema === node.Schema),
      )
      const kept = actualRows(node) ?? node['Plan Rows'] ?? 0
      // EXPLAIN rounds the rows removed per loop; a plan that wasn't executed has none.
      const removed =
        node['Actual Loops'] === undefined
          ? (facts?.rows ?? 0) - kept
          : (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops']
      const share = removed / (removed + kept)
      if (!(removed >= ROWS && share >= SHARE)) continue
      yield {
        at,
        message: `${formatCount(removed + kept)} rows of ${node['Relation Name'] ?? 'a table'} are read and ${formatRatio(share)} of them thrown away`,
        advice: `An index that answers ${node.Filter}`,
        evidence: { filter: node.Filter, kept, removed, loops: node['Actual Loops'] ?? null },
      }
    }
  },
})
