import { defineAdvice, type Recommendation } from '../core/advice.ts'
import { formatBytes, formatRatio } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { qualifiedName, shownName } from '../core/identifier.ts'
import { measurementOf } from '../derived/_measurement.ts'
import measuredBloat from '../derived/measured-bloat.ts'
import tableBloat from '../derived/table-bloat.ts'

export default defineAdvice({
  name: 'shrink-table',
  title: 'Give a table’s wasted space back',
  doc: 'A rewrite is proposed only where pgstattuple has measured the bloat. Where it is estimated the advice is to measure it first.',
  needs: { bloat: tableBloat, measured: maybe(measuredBloat) },
  thresholds: { size: 10 * 1024 ** 2, ratio: 0.5 },
  recommend({ bloat, measured }, { size, ratio }, { server, at }) {
    if (server.role === 'standby') return []
    return bloat.flatMap((t): Recommendation[] => {
      const found = measurementOf({ ...t, name: t.table }, measured, at)
      const [bytes, share] = found ? [found.bloat, found.ratio] : [t.bloat, t.ratio]
      if (bytes === null || share === null || bytes < size || share <= ratio) return []
      if (!found && t.confidence !== 'high') return []
      const name = shownName(t.schema, t.table)
      const told = {
        subject: name,
        evidence: { size: t.size, bloat: bytes, ratio: share, how: found ? 'measured' : 'estimated' },
        gain: `About ${formatBytes(bytes)} of disk, and scans that read less`,
      }
      if (!found) {
        const extension = server.extensions.pgstattuple === undefined
        return [
          {
            ...told,
            summary: `An estimated ${formatRatio(share)} of ${name} hold nothing alive: measure it before anything is done.`,
            risk: 'Measuring reads the pages that are not all visible, at most the whole table.',
            confidence: 'medium',
            because: `It is an estimate from the planner’s statistics. pgtend measure, or Measure on the page, tells for sure${extension ? '; that takes the extension pgstattuple' : ''}.`,
            ...(extension ? { sql: ['CREATE EXTENSION pgstattuple;'] } : {}),
          },
        ]
      }
      return [
        {
          ...told,
          summary: `${formatRatio(share)} of ${name} hold nothing alive: ${formatBytes(bytes)} would be given back by a rewrite.`,
          risk: `VACUUM FULL locks the table against reads and writes until it is done, and needs ${formatBytes(t.size - bytes)} for a second copy. pg_repack does it without that lock, where it is installed. Neither is needed where the table will grow again.`,
          confidence: 'high',
          because: 'pgstattuple measured it.',
          sql: [`VACUUM (FULL, ANALYZE) ${qualifiedName(t.schema, t.table)};`],
          action: { name: 'vacuum-full', input: { schema: t.schema, table: t.table } },
        },
      ]
    })
  },
})
