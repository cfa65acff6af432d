import { formatCount, formatRatio } from '../../core/format.ts'
import { actualRows } from '../plan-node.ts'
import { definePlanRule } from '../plan-rule.ts'

const SHARE = 0.1
const FETCHES = 1000

export default definePlanRule({
  name: 'heap-fetches',
  title: 'Index-only scan that visits the table',
  severity: 'info',
  doc: 'For more than 10 % of the rows, at least 1,000, the table itself had to be looked at since its pages are not marked all-visible. VACUUM marks them. Only where the statement was executed.',
  *check({ nodes }) {
    for (const at of nodes) {
      const { node } = at
      // EXPLAIN gives the fetches of all loops together.
      const fetches = node['Heap Fetches'] ?? 0
      const rows =
        (actualRows(node) ?? 0) + (node['Rows Removed by Filter'] ?? 0) * (node['Actual Loops'] ?? 1)
      if (node['Node Type'] !== 'Index Only Scan' || fetches < FETCHES || fetches < SHARE * rows) continue
      yield {
        at,
        message: `${formatCount(fetches)} visits to the table for ${formatCount(rows)} rows (${formatRatio(Math.min(1, fetches / Math.max(1, rows)))}) in a scan that should need none`,
        advice: `VACUUM ${node['Relation Name'] ?? 'the table'}; for a table with many writes let autovacuum run earlier (autovacuum_vacuum_insert_scale_factor)`,
        evidence: { fetches, rows, index: node['Index Name'] ?? null },
      }
    }
  },
})
