import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { defineRule } from '../core/rule.ts'
import measuredBloat from '../derived/measured-bloat.ts'
import tableBloat from '../derived/table-bloat.ts'
import { wasted } from './_wasted.ts'

export default defineRule({
  name: 'table-bloat',
  title: 'Bloated table',
  doc: 'Most of the table’s pages hold nothing alive, even where no row is dead any more. Scans read them, they take room in memory and backups, and VACUUM does not give them back. It comes from a large delete or update, or from autovacuum having been late. Estimated from the planner’s statistics, or measured by pgstattuple where somebody asked for it.',
  remedy:
    'If the table will grow again, nothing: the space is used again. Else measure it (pgtend measure); if that bears it out, rewrite it in a maintenance window with VACUUM FULL, which locks it and needs room for a second copy, or with pg_repack, which does not lock it for long. Let autovacuum come earlier so that it does not happen again.',
  needs: { bloat: tableBloat, measured: maybe(measuredBloat) },
  thresholds: { size: 10 * 1024 ** 2, warning: 0.5, critical: 0.8 },
  deductions: { warning: 5, critical: 10 },
  check({ bloat, measured }, thresholds, { at }) {
    return bloat.flatMap((t) => {
      const found = wasted(t, t.table, measured, thresholds, at)
      return found ? [{ subject: shownName(t.schema, t.table), ...found }] : []
    })
  },
})
