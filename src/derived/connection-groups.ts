import { detail, gauge, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { applicationService, roleService } from '../core/protected-session.ts'
import type { Row } from '../core/table.ts'
import activity from '../probes/activity.ts'
import { byText } from './_names.ts'
import activityTracking from './activity-tracking.ts'

type Session = Row<typeof activity>

/** How each grouping names a session. */
const GROUPINGS: Readonly<Record<string, (session: Session) => string>> = {
  state: (s) => s.state ?? 'unknown',
  application: (s) => s.application || '(no name)',
  user: (s) => s.user ?? 'unknown',
  database: (s) => s.database ?? '(none)',
  client: (s) => s.client ?? 'local',
}

const SERVICES: Readonly<Record<string, (name: string) => string | undefined>> = {
  user: roleService,
  application: applicationService,
}

export default defineDerived({
  name: 'connection-groups',
  title: 'Connections by state, application, user, database and client',
  doc: 'Client sessions counted five ways. Each session is in one group of each of the five; pgtend’s own is in none. Where track_activities is off, what they do is null.',
  rows: 'many',
  from: { activity, tracking: maybe(activityTracking) },
  columns: {
    by: label('What the sessions are grouped by: state, application, user, database or client'),
    name: label('The group’s name'),
    service: optional(
      detail('Which service of the platform the role or application is, such as the API or a pooler'),
    ),
    connections: gauge('count', 'Sessions in the group'),
    active: optional(gauge('count', 'Those running a statement')),
    idle: optional(gauge('count', 'Those idle outside a transaction')),
    idle_in_transaction: optional(gauge('count', 'Those idle inside a transaction, failed ones included')),
    oldest_idle: optional(
      gauge('seconds', 'Longest time that one of them has been idle outside a transaction'),
    ),
  },
  compute({ activity, tracking }) {
    return Object.entries(GROUPINGS).flatMap(([by, nameOf]) => {
      const groups = Map.groupBy(activity, nameOf)
      return [...groups]
        .map(([name, sessions]) => {
          const tell = tracking !== undefined && sessions.some((s) => s.state !== 'disabled')
          const counted = (of: readonly Session[]) => (tell ? of.length : null)
          const idle = sessions.filter((s) => tell && s.state === 'idle')
          const ages = idle.flatMap((s) => s.state_age ?? [])
          return {
            by,
            name,
            service: SERVICES[by]?.(name) ?? null,
            connections: sessions.length,
            active: counted(sessions.filter((s) => s.state === 'active')),
            idle: counted(idle),
            idle_in_transaction: counted(sessions.filter((s) => s.state?.startsWith('idle in transaction'))),
            oldest_idle: ages.length === 0 ? null : Math.max(...ages),
          }
        })
        .sort((a, b) => b.connections - a.connections || byText((g: typeof a) => g.name)(a, b))
    })
  },
})
