import { formatCount, formatRatio, plural } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { type Breach, defineRule, type Evidence } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import partitionedTables from '../derived/partitioned-tables.ts'
import tables from '../derived/tables.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import { above } from './_grade.ts'
import { blindToUncounted } from './_uncounted.ts'

type Counted = Pick<
  Row<typeof partitionedTables>,
  'schema' | 'table' | 'live' | 'dead' | 'dead_ratio' | 'last_vacuum' | 'size'
>

export default defineRule({
  name: 'dead-rows',
  title: 'Many dead rows',
  doc: 'Updated and deleted rows stay in the table until VACUUM removes them. When many pile up, scans read them all the same and the table grows. The count is PostgreSQL’s estimate.',
  remedy:
    'Run VACUUM (ANALYZE) on the table. If autovacuum does not keep up, lower its scale factor for the table; if dead rows stay after VACUUM, an old transaction holds them back.',
  needs: { tables, uncounted: uncountedTables, partitioned: maybe(partitionedTables) },
  thresholds: { rows: 10_000, warning: 0.2, critical: 0.5 },
  deductions: { warning: 5, critical: 10 },
  check({ tables, partitioned = [] }, thresholds) {
    const grade = (t: Counted) => (t.dead < thresholds.rows ? undefined : above(t.dead_ratio, thresholds))
    const found = tables.filter(grade)
    const roots = new Set(found.map((t) => t.root))
    // Many small partitions have as many dead rows as a large table. Where one of them is found itself, that says more.
    const sums = partitioned.filter((p) => grade(p) && !roots.has(p.oid))
    const told = (t: Counted, what: string, more: Evidence): Breach => ({
      subject: `${t.schema}.${t.table}`,
      severity: grade(t) ?? 'info',
      value: t.dead_ratio,
      unit: 'ratio',
      summary: `${formatRatio(t.dead_ratio)} of the rows of ${what} are dead (${formatCount(t.dead)} beside ${formatCount(t.live)} live ones).`,
      evidence: { dead: t.dead, live: t.live, last_vacuum: t.last_vacuum, ...more, size: t.size },
    })
    return [
      ...found.map((t) => told(t, `${t.schema}.${t.table}`, { autovacuum_enabled: t.autovacuum_enabled })),
      ...sums.map((p) =>
        told(p, `the ${plural(p.partitions, 'partition')} of ${p.schema}.${p.table}`, {
          partitions: p.partitions,
        }),
      ),
    ]
  },
  blindTo: ({ uncounted }) => blindToUncounted(uncounted),
})
