import { formatCount, formatRatio, plural } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { type Breach, defineRule, type Evidence } from '../core/rule.ts'
import neglectedToast from '../derived/neglected-toast.ts'
import partitionedTables from '../derived/partitioned-tables.ts'
import tables from '../derived/tables.ts'
import uncountedTables from '../derived/uncounted-tables.ts'
import { above } from './_grade.ts'
import { blindToUncounted } from './_uncounted.ts'

export default defineRule({
  name: 'dead-rows',
  title: 'Many dead rows',
  doc: 'Updated and deleted rows stay in the table until VACUUM removes them. When many pile up, scans read them all the same and the table grows. The count is PostgreSQL’s estimate.',
  remedy:
    'Run VACUUM (ANALYZE) on the table. If autovacuum does not keep up, lower its scale factor for the table; if dead rows stay after VACUUM, an old transaction holds them back.',
  needs: {
    tables,
    uncounted: uncountedTables,
    partitioned: maybe(partitionedTables),
    toast: maybe(neglectedToast),
  },
  thresholds: { rows: 10_000, warning: 0.2, critical: 0.5 },
  deductions: { warning: 5, critical: 10 },
  check({ tables, partitioned = [], toast = [] }, thresholds) {
    const grade = (t: Counts) => (t.dead < thresholds.rows ? undefined : above(ratioOf(t), thresholds))
    const told = (t: Counts, subject: string, name: string, more: Evidence): Breach => ({
      ...{ subject, severity: grade(t) ?? 'info', value: ratioOf(t), unit: 'ratio' },
      summary: `${formatRatio(ratioOf(t))} of the rows of ${name} are dead (${formatCount(t.dead)} beside ${formatCount(t.live)} live ones).`,
      evidence: { dead: t.dead, live: t.live, ...more },
    })
    const found = tables.filter(grade)
    const roots = new Set(found.map((t) => t.root))
    return [
      ...found.map((t) => {
        const { last_vacuum, autovacuum_enabled, size } = t
        const name = shownName(t.schema, t.table)
        return told(t, name, name, { last_vacuum, autovacuum_enabled, size })
      }),
      // Many small partitions have as many dead rows as a large table. Where one of them is found itself, that says more.
      ...partitioned
        .filter((p) => grade(p) && !roots.has(p.oid))
        .map((p) => {
          const { partitions, last_vacuum, size } = p
          const name = shownName(p.schema, p.table)
          return told(p, name, `the ${plural(partitions, 'partition')} of ${name}`, {
            partitions,
            last_vacuum,
            size,
          })
        }),
      // Of a TOAST table that autovacuum looks after, vacuum-overdue tells.
      ...toast.flatMap(({ schema, table, live, dead, last_vacuum }) => {
        if (live === null || dead === null || !grade({ live, dead })) return []
        const name = shownName(schema, table)
        const evidence = { last_vacuum, autovacuum_enabled: false }
        return [told({ live, dead }, `${name} TOAST`, `the TOAST table of ${name}`, evidence)]
      }),
    ]
  },
  blindTo: ({ uncounted }) => blindToUncounted(uncounted),
})

interface Counts {
  readonly live: number
  readonly dead: number
}

const ratioOf = ({ live, dead }: Counts): number => (dead === 0 ? 0 : dead / (live + dead))
