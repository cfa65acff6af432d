import { formatCount, formatRatio, formatSeconds } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { defineRule } from '../core/rule.ts'
import bufferHits from '../derived/buffer-hits.ts'
import databaseRates from '../derived/database-rates.ts'

export default defineRule({
  name: 'cache-hit',
  title: 'Few blocks come from memory',
  doc: 'The share of blocks found in PostgreSQL’s own memory between the last two samples. A busy application that reads much from outside is slower; part of that may still come from the operating system’s cache.',
  remedy:
    'Look for statements that read whole tables. If what is read often does not fit, raise shared_buffers (a quarter of memory is usual) or get more memory.',
  needs: { rates: databaseRates, parts: maybe(bufferHits) },
  thresholds: { warning: 0.95, critical: 0.9, blocks: 10_000 },
  deductions: { warning: 5, critical: 10 },
  check({ rates, parts = [] }, { warning, critical, blocks: least }) {
    return rates.flatMap((d) => {
      const blocks = (d.blocks_hit + d.blocks_read) * d.window
      if (!d.current || d.cache_hit === null || blocks < least || d.cache_hit >= warning) return []
      return [
        {
          subject: `database ${d.database}`,
          severity: d.cache_hit < critical ? ('critical' as const) : ('warning' as const),
          value: d.cache_hit,
          unit: 'ratio' as const,
          summary: `${formatRatio(d.cache_hit)} of ${formatCount(blocks)} blocks came from shared buffers over the last ${formatSeconds(d.window)}.`,
          evidence: {
            cache_hit: d.cache_hit,
            blocks,
            blocks_read: d.blocks_read,
            window: d.window,
            // Over the last quarter of an hour: a table that does not fit is usual, an index is not.
            tables_hit: parts[0]?.tables ?? null,
            indexes_hit: parts[0]?.indexes ?? null,
          },
        },
      ]
    })
  },
})
