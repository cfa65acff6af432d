import { formatBytes, formatCount } from '../../core/format.ts'
import { definePlanRule } from '../plan-rule.ts'

export default definePlanRule({
  name: 'hash-spill',
  title: 'Hash on disk',
  severity: 'warning',
  doc: 'A hash table for a join or for grouping did not fit into work_mem × hash_mem_multiplier and was cut into batches on disk. Only where the statement was executed.',
  *check({ nodes }) {
    for (const at of nodes) {
      const { node } = at
      const batches =
        node['Node Type'] === 'Hash' ? (node['Hash Batches'] ?? 1) - 1 : (node['HashAgg Batches'] ?? 0)
      if (batches <= 0 || (node['Node Type'] !== 'Hash' && !node['Disk Usage'])) continue
      const memory = (node['Peak Memory Usage'] ?? 0) * 1024
      yield {
        at,
        message: `The hash table was cut into ${formatCount(batches + (node['Node Type'] === 'Hash' ? 1 : 0))} batches on disk, ${formatBytes(memory)} of it in memory at a time`,
        advice: 'Fewer or narrower rows, or a higher work_mem for this statement (SET LOCAL work_mem)',
        evidence: { batches, memory, disk: (node['Disk Usage'] ?? 0) * 1024 },
      }
    }
  },
})
