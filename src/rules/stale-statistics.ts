import { formatCount, formatRatio } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { type Breach, defineRule, type Evidence } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import partitionedTables from '../derived/partitioned-tables.ts'
import tables from '../derived/tables.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import { blindToUncounted } from './_uncounted.ts'

export default defineRule({
  name: 'stale-statistics',
  title: 'Stale planner statistics',
  doc: 'Much of a table has changed since ANALYZE last looked at it, or it never did. The planner then guesses, and may choose plans that are many times slower. A partitioned table has statistics of its own, over all its partitions, and autovacuum never makes them: only an ANALYZE by hand or by pgtend’s maintenance does.',
  remedy:
    'Run ANALYZE on the table. Autovacuum does it by itself after a tenth of the rows has changed, or as the table’s own parameters say; for a partitioned table never, so have it done at regular times.',
  needs: { tables, uncounted: uncountedTables, partitioned: maybe(partitionedTables) },
  thresholds: { changes: 10_000, ratio: 0.2 },
  deductions: {},
  check({ tables, partitioned = [] }, { changes, ratio }) {
    const isStale = (t: Counts) => t.changed_since_analyze >= changes && shareOf(t) > ratio
    // A table that was told to wait longer is not stale before.
    const single = tables.filter((t) => isStale(t) && t.changed_since_analyze > t.analyze_threshold)
    return [...single.map(ofTable), ...partitioned.filter(isStale).map(ofPartitioned)]
  },
  blindTo: ({ uncounted }) => blindToUncounted(uncounted),
})

type Counts = Pick<Row<typeof tables>, 'schema' | 'table' | 'live' | 'changed_since_analyze'>

const shareOf = (t: Counts): number => t.changed_since_analyze / Math.max(1, t.live)

function ofTable(t: Row<typeof tables>): Breach {
  const since = t.estimate ? 'since the last ANALYZE' : 'and it was never analysed'
  const [changed, share] = [formatCount(t.changed_since_analyze), formatRatio(shareOf(t))]
  return breach(
    t,
    `${changed} rows of ${shownName(t.schema, t.table)} have changed ${since} (${share} of its live rows).`,
    {
      last_analyze: t.last_analyze,
    },
  )
}

function ofPartitioned(t: Row<typeof partitionedTables>): Breach {
  const name = `the partitioned table ${shownName(t.schema, t.table)}`
  const changed = formatCount(t.changed_since_analyze)
  const summary = t.estimate
    ? `At least ${changed} rows of ${name} have changed since it was analysed as a whole, which autovacuum does not do.`
    : `No ANALYZE ever looked at ${name} as a whole, which autovacuum does not do: ${changed} rows.`
  return breach(t, summary, { partitions: t.partitions })
}

const breach = (t: Counts, summary: string, evidence: Evidence): Breach => ({
  subject: shownName(t.schema, t.table),
  severity: 'info',
  value: shareOf(t),
  unit: 'ratio',
  summary,
  evidence: { changed_since_analyze: t.changed_since_analyze, live: t.live, ...evidence },
})
