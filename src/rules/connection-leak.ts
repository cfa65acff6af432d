import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import activity from '../probes/activity.ts'

/** Supabase’s own services keep pools: their idle sessions are at work. */
const POOLED: ReadonlySet<string | null> = new Set([
  'authenticator',
  'pgbouncer',
  'supabase_admin',
  'supabase_auth_admin',
  'supabase_replication_admin',
  'supabase_storage_admin',
])

export default defineRule({
  name: 'connection-leak',
  title: 'Connection leak',
  doc: 'An application holds many sessions that nobody has used for long. Most often it opens connections and forgets to give them back, until none is left for others.',
  remedy:
    'Make the application close its connections or use one pool with an idle time-out and a sensible maximum. idle_session_timeout ends idle sessions from the server’s side.',
  needs: { activity },
  thresholds: { sessions: 10, idle: 600 },
  deductions: { warning: 5 },
  check({ activity }, { sessions: most, idle }, { server }) {
    const leaked = activity.filter(
      (s) =>
        s.state === 'idle' &&
        (s.state_age ?? 0) > idle &&
        !(server.platform === 'supabase' && POOLED.has(s.user)),
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
