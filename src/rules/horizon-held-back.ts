import { formatCount, plural } from '../core/format.ts'
import { type Holder, nameHolder } from '../core/horizon.ts'
import { defineRule } from '../core/rule.ts'
import xminHorizon from '../derived/xmin-horizon.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'horizon-held-back',
  title: 'VACUUM is held back',
  doc: 'Somebody still needs a transaction that is many transactions back. No VACUUM can remove what died since then, in any table it may look at: tables and indexes grow, queries read ever more dead rows, and in the end nothing can be frozen.',
  remedy:
    'A session: end its transaction. A prepared transaction: COMMIT PREPARED or ROLLBACK PREPARED. A slot: start its reader or drop it. A standby: end the long query there, or switch hot_standby_feedback off.',
  needs: { horizon: xminHorizon },
  // A million transactions are hours of a busy application; a hundred million are half of autovacuum_freeze_max_age.
  thresholds: { warning: 1_000_000, critical: 100_000_000 },
  deductions: { warning: 5, critical: 15 },
  check({ horizon }, thresholds, { server }) {
    // A standby removes nothing by itself; with feedback the primary tells of it.
    if (server.role === 'standby') return []
    const held = horizon.filter((h) => above(h.age, thresholds))
    const [oldest] = held
    const severity = oldest && above(oldest.age, thresholds)
    if (!oldest || !severity) return []
    const where = oldest.catalogs_only
      ? 'the system catalogs'
      : oldest.database === null
        ? 'every database'
        : `the database ${oldest.database}`
    const others = held.length > 1 ? ` ${plural(held.length - 1, 'other')} would hold it back as well.` : ''
    return [
      {
        subject: oldest.subject,
        severity,
        value: oldest.age,
        unit: 'count' as const,
        summary: `VACUUM of ${where} is held back by ${nameHolder(oldest as Holder)}${oldest.seconds === null ? '' : ` and ${formatCount(oldest.age)} transactions`}.${others}`,
        evidence: {
          kind: oldest.kind,
          holder: oldest.holder,
          database: oldest.database,
          age: oldest.age,
          seconds: oldest.seconds,
          catalogs_only: oldest.catalogs_only,
          holders: held.length,
        },
      },
    ]
  },
})
