import { formatBytes } from '../../core/format.ts'
import { definePlanRule } from '../plan-rule.ts'

export default definePlanRule({
  name: 'sort-spill',
  title: 'Sort on disk',
  severity: 'warning',
  doc: 'The rows to sort did not fit into work_mem and were sorted in temporary files. Only where the statement was executed.',
  *check({ nodes }) {
    for (const at of nodes) {
      const { node } = at
      if (node['Sort Space Type'] !== 'Disk') continue
      const bytes = (node['Sort Space Used'] ?? 0) * 1024
      const keys = (node['Sort Key'] ?? []).join(', ')
      yield {
        at,
        message: `${formatBytes(bytes)} were sorted in temporary files (${node['Sort Method'] ?? 'external'})`,
        advice: `An index that gives the order ${keys}, fewer or narrower rows, or SET LOCAL work_mem above ${formatBytes(2 * bytes)} for this statement`,
        evidence: { bytes, method: node['Sort Method'] ?? null, keys },
      }
    }
  },
})
