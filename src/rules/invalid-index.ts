import { plural, shorten } from '../core/format.ts'
import { shownName } from '../core/identifier.ts'
import { defineRule } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'

export default defineRule({
  name: 'invalid-index',
  title: 'Invalid index',
  doc: 'An index that no query may use, but that each write may still have to keep up. It is left behind when CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY fails; making it again with IF NOT EXISTS does nothing. The index of a partitioned table is invalid until each partition has a valid part of it: an info, since it is made like this step by step.',
  remedy:
    'Drop it with DROP INDEX CONCURRENTLY and make it again, then look whether the new one is valid. A part of a partitioned table’s index can’t be dropped: REINDEX INDEX CONCURRENTLY builds it anew. Where partitions lack a part, make one on each with CREATE INDEX CONCURRENTLY, then ALTER INDEX … ATTACH PARTITION.',
  needs: { indexes: invalidIndexes },
  thresholds: {},
  deductions: { warning: 5 },
  check({ indexes }) {
    return indexes.map((i) => ({
      subject: `index ${shownName(i.schema, i.index)}`,
      severity: i.partitioned ? ('info' as const) : ('warning' as const),
      value: Math.max(1, i.lacking.length),
      unit: 'count' as const,
      summary: `The index ${shownName(i.schema, i.index)} on ${i.toast ? `the TOAST table of ${shownName(i.table_schema, i.table)}` : i.table} is invalid${why(i)}.`,
      evidence: {
        ...{ table: i.table, size: i.size, leftover_of: i.leftover_of, kept_because: i.kept_because },
        ...{ part_of: i.part_of, lacking: shorten(i.lacking.join(', '), 1000) || null },
      },
    }))
  },
})

function why({ partitioned, lacking, leftover_of, part_of }: Row<typeof invalidIndexes>): string {
  if (partitioned)
    return lacking.length === 0
      ? ', though no partition lacks a valid part of it'
      : `, since ${plural(lacking.length, 'partition lacks', 'partitions lack')} a valid part of it: ${shorten(lacking.join(', '))}`
  if (part_of !== null) return `, and part of ${part_of}`
  return leftover_of === null ? '' : `: left behind by a failed rebuild of ${leftover_of}`
}
