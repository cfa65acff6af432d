import { formatCount, formatSeconds } from '../core/format.ts'
import { redactLiterals } from '../core/redact.ts'
import { defineRule } from '../core/rule.ts'
import { nameSession, sessionSubject } from '../derived/_session.ts'
import activityTracking from '../derived/activity-tracking.ts'
import activity from '../probes/activity.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'long-transaction',
  title: 'Long transaction',
  doc: 'A transaction has been open for long. Until it ends, VACUUM can not remove rows that died since it began, in any table of the database. Transactions that idle most of that time are told by another rule.',
  remedy:
    'Split long work into several transactions, or run long reports on a standby. When it blocks others, cancel it.',
  needs: { activity, tracking: activityTracking },
  thresholds: { warning: 300, critical: 3600 },
  deductions: { warning: 5, critical: 10 },
  check({ activity }, thresholds) {
    return activity.flatMap((s) => {
      const age = s.transaction_age ?? 0
      const severity = above(age, thresholds)
      const idles = s.state?.startsWith('idle in transaction') && (s.state_age ?? 0) > age / 2
      if (!severity || idles) return []
      const held = s.xmin_age
        ? `; ${formatCount(s.xmin_age)} transactions since then can not be cleaned up`
        : ''
      return [
        {
          subject: sessionSubject(s.pid),
          severity,
          value: age,
          unit: 'seconds' as const,
          summary: `${nameSession(s)} has had a transaction open for ${formatSeconds(age)}${held}.`,
          evidence: {
            pid: s.pid,
            application: s.application,
            user: s.user,
            database: s.database,
            state: s.state,
            age,
            xmin_age: s.xmin_age,
            statement: s.query === null ? null : redactLiterals(s.query),
          },
        },
      ]
    })
  },
})
