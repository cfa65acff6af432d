import { formatCount, formatRatio, plural } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { type Holder, matters, nameHolder } from '../core/horizon.ts'
import { defineRule } from '../core/rule.ts'
import freezeStatus from '../derived/freeze-status.ts'
import xminHorizon from '../derived/xmin-horizon.ts'

export default defineRule({
  name: 'freeze-overdue',
  title: 'Freezing is overdue',
  doc: 'At autovacuum_freeze_max_age autovacuum must freeze a table, whatever else is going on. A table well past it is one where autovacuum does not get to its end: it is too slow, somebody ends it, it is locked out, or an old transaction holds it back. Looked for at each sweep, among the twenty oldest tables.',
  remedy:
    'End what holds VACUUM back, if the evidence names somebody; let autovacuum work faster (autovacuum_vacuum_cost_limit); run VACUUM (FREEZE) on the oldest tables in a quiet hour. A temporary table goes with its session.',
  needs: { status: freezeStatus, horizon: maybe(xminHorizon) },
  // Autovacuum looks at each database in turn and may be at work on larger tables first: hence the quarter on top.
  thresholds: { warning: 1.25, failsafe: 1 },
  deductions: { warning: 5, critical: 10 },
  check({ status, horizon = [] }, { warning, failsafe }, { server }) {
    const late = status.filter((s) => s.table && s.overdue > warning).sort((a, b) => b.overdue - a.overdue)
    const [worst] = late
    if (!worst) return []
    const holder = horizon.find((h) => h.here && matters(h as Holder))
    const more =
      late.length > 1
        ? `, and ${plural(late.length - 1, 'more table')} ${late.length === 2 ? 'is' : 'are'} late`
        : ''
    return [
      {
        subject: `database ${server.database}`,
        severity: late.some((s) => s.failsafe > failsafe) ? ('critical' as const) : ('warning' as const),
        value: worst.overdue,
        unit: 'ratio' as const,
        summary: `${worst.subject} is at ${formatRatio(worst.overdue)} of the age at which autovacuum must freeze it${more}.${holder ? ` VACUUM is held back by ${nameHolder(holder as Holder)}.` : ''}`,
        evidence: {
          table: worst.subject,
          tables: late.length,
          xid_age: worst.xid_age,
          multixact_age: worst.multixact_age,
          freeze_max_age: worst.freeze_max_age,
          temporary: worst.temporary,
          held_back_by: holder?.holder ?? null,
          oldest: late
            .slice(0, 5)
            .map((s) => `${s.subject} ${formatCount(s.xid_age)}`)
            .join(', '),
        },
      },
    ]
  },
})
