import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import { whySpared } from '../derived/_session.ts'
import activityTracking from '../derived/activity-tracking.ts'
import activity from '../probes/activity.ts'

export default defineRule({
  name: 'connection-leak',
  title: 'Connection leak',
  doc: 'An application holds many sessions that nobody has used for long. Most often it opens connections and forgets to give them back, until none is left for others. Idle sessions of poolers, of the API (PostgREST) and of a platform’s own services are at work.',
  remedy:
    'Make the application close its connections or use one pool with an idle time-out and a sensible maximum. idle_session_timeout ends idle sessions from the server’s side.',
  needs: { activity, tracking: activityTracking },
  thresholds: { sessions: 10, idle: 600 },
  deductions: { warning: 5 },
  check({ activity }, { sessions: most, idle }) {
    const leaked = activity.filter(
      (s) => s.state === 'idle' && (s.state_age ?? 0) > idle && whySpared(s) === undefined,
    )
    const byApplication = Map.groupBy(leaked, (s) => s.application || '(no name)')
    return [...byApplication]
      .filter(([, sessions]) => sessions.length > most)
      .map(([application, sessions]) => ({
        subject: `application ${application}`,
        severity: 'warning' as const,
        value: sessions.length,
        unit: 'count' as const,
        summary: `${application} holds ${plural(sessions.length, 'session')} that nobody used for more than ${formatSeconds(idle)}.`,
        evidence: {
          application,
          sessions: sessions.length,
          longest: Math.max(...sessions.map((s) => s.state_age ?? 0)),
          users: [...new Set(sessions.map((s) => s.user ?? 'unknown'))].sort().join(', '),
        },
      }))
  },
})
