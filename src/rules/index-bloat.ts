import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { defineRule } from '../core/rule.ts'
import indexBloat from '../derived/index-bloat.ts'
import measuredBloat from '../derived/measured-bloat.ts'
import { wasted } from './_wasted.ts'

export default defineRule({
  name: 'index-bloat',
  title: 'Bloated index',
  doc: 'The index takes much more room than its entries would if it were built anew, so that scans read more pages and less of it fits into memory. It comes from deletes and updates of indexed columns. B-trees are estimated from the planner’s statistics, or measured by pgstattuple where somebody asked for it.',
  remedy:
    'REINDEX INDEX CONCURRENTLY builds it anew while reads and writes go on; it needs room for a second copy and waits for older transactions.',
  needs: { bloat: indexBloat, measured: maybe(measuredBloat) },
  thresholds: { size: 10 * 1024 ** 2, warning: 0.5, critical: 0.8 },
  deductions: { warning: 3, critical: 5 },
  check({ bloat, measured }, thresholds, { at }) {
    return bloat.flatMap((i) => {
      const found = wasted(i, i.index, measured, thresholds, at)
      if (!found) return []
      const evidence = { table: shownName(i.schema, i.table), ...found.evidence }
      return [{ subject: `index ${shownName(i.schema, i.index)}`, ...found, evidence }]
    })
  },
})
