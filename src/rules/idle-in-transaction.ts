import { formatSeconds, plural } from '../core/format.ts'
import { redactLiterals } from '../core/redact.ts'
import { defineRule } from '../core/rule.ts'
import { beforeEnding, nameSession, sessionSubject, whySpared } from '../derived/_session.ts'
import activityTracking from '../derived/activity-tracking.ts'
import activity from '../probes/activity.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'idle-in-transaction',
  title: 'Idle in transaction',
  doc: 'A session began a transaction and then stopped talking. It keeps its locks, so that others may have to wait, and keeps VACUUM from removing rows that died since.',
  remedy:
    'Make the application commit or roll back before it does anything else, such as calling another service. End the session, unless it belongs to a pooler or a service, and set idle_in_transaction_session_timeout.',
  needs: { activity, tracking: activityTracking },
  thresholds: { warning: 60, critical: 600 },
  deductions: { warning: 5, critical: 10 },
  check({ activity }, thresholds) {
    return activity.flatMap((s) => {
      if (!s.state?.startsWith('idle in transaction')) return []
      const idle = s.state_age ?? 0
      const severity = above(idle, thresholds)
      if (!severity) return []
      const holding = s.locks > 0 ? ` and holds ${plural(s.locks, 'lock')}` : ''
      return [
        {
          subject: sessionSubject(s.pid),
          severity,
          value: idle,
          unit: 'seconds' as const,
          summary: `${nameSession(s)} has been idle in a transaction for ${formatSeconds(idle)}${holding}.${beforeEnding(whySpared(s))}`,
          evidence: {
            pid: s.pid,
            application: s.application,
            user: s.user,
            database: s.database,
            idle,
            transaction: s.transaction_age,
            locks: s.locks,
            last_statement: s.query === null ? null : redactLiterals(s.query),
          },
        },
      ]
    })
  },
})
