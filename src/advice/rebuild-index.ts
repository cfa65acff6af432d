import { defineAdvice } from '../core/advice.ts'
import { formatBytes, formatRatio } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { qualifiedName, shownName } from '../core/identifier.ts'
import { measurementOf } from '../derived/_measurement.ts'
import indexBloat from '../derived/index-bloat.ts'
import measuredBloat from '../derived/measured-bloat.ts'
import unusedIndexes from '../derived/unused-indexes.ts'

const DAY = 86_400

export default defineAdvice({
  name: 'rebuild-index',
  title: 'Rebuild a bloated index',
  doc: 'REINDEX CONCURRENTLY builds a bloated index anew while reads and writes go on. Not for indexes that no query has used for two weeks: those are better dropped.',
  needs: { bloat: indexBloat, measured: maybe(measuredBloat), unused: maybe(unusedIndexes) },
  thresholds: { size: 10 * 1024 ** 2, ratio: 0.5, unused_days: 14 },
  recommend({ bloat, measured, unused = [] }, { size, ratio, unused_days }, { server, at }) {
    if (server.role === 'standby' || bloat.length === 0) return []
    const idle = new Set(unused.filter((i) => i.seconds >= unused_days * DAY).map((i) => i.oid))
    return bloat.flatMap((i) => {
      const found = measurementOf({ ...i, name: i.index }, measured, at)
      const [bytes, share] = found ? [found.bloat, found.ratio] : [i.bloat, i.ratio]
      if (bytes === null || share === null || bytes < size || share <= ratio || idle.has(i.oid)) return []
      if (!found && i.confidence !== 'high') return []
      return [
        {
          subject: `index ${shownName(i.schema, i.index)}`,
          summary: `The index ${shownName(i.schema, i.index)} on ${i.table} takes ${formatBytes(i.size)} where ${formatBytes(i.size - bytes)} would do.`,
          evidence: { table: shownName(i.schema, i.table), size: i.size, bloat: bytes, ratio: share },
          gain: `About ${formatBytes(bytes)} of disk and memory`,
          risk: `It needs room for a second copy, ${formatBytes(i.size - bytes)}, reads the table once, and waits for older transactions. When it fails it leaves an invalid index behind.`,
          confidence: found ? ('high' as const) : ('medium' as const),
          because: found
            ? `pgstatindex measured it: ${formatRatio(share)} are free.`
            : `Estimated from the planner’s statistics, which are recent: ${formatRatio(share)} are free.`,
          sql: [`REINDEX INDEX CONCURRENTLY ${qualifiedName(i.schema, i.index)};`],
          action: { name: 'reindex-concurrently', input: { schema: i.schema, index: i.index } },
        },
      ]
    })
  },
})
