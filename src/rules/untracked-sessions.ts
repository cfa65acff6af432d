import { plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import activityTracking from '../derived/activity-tracking.ts'

export default defineRule({
  name: 'untracked-sessions',
  title: 'Sessions hide what they do',
  doc: 'Some sessions alone have track_activities off, by ALTER ROLE, ALTER DATABASE or what their client sets. Their statements, transactions and idle time are not seen, so nothing is found of them, whatever they hold.',
  remedy:
    'Find where it is set, in pg_db_role_setting or in the options of the client, and take it back: ALTER ROLE … RESET track_activities. A session takes it up when it begins its next statement or is opened again.',
  needs: { tracking: activityTracking },
  thresholds: { sessions: 0 },
  deductions: { warning: 5 },
  check({ tracking }, { sessions }) {
    return tracking
      .filter((t) => t.hidden > sessions)
      .map(({ hidden, users }) => ({
        subject: 'instance',
        severity: 'warning' as const,
        value: hidden,
        unit: 'count' as const,
        summary: `${plural(hidden, 'session')} of ${users} ${hidden === 1 ? 'does' : 'do'} not tell what ${hidden === 1 ? 'it does' : 'they do'}: track_activities is off for ${hidden === 1 ? 'it' : 'them'}.`,
        evidence: { sessions: hidden, users },
      }))
  },
})
