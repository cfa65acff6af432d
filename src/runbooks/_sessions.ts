import type { Query, SessionRef } from '../core/action.ts'
import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { whyProtected } from '../core/protected-session.ts'

/** A client's or server's process of the whole server, as it is now. */
export interface SeenSession {
  readonly pid: number
  readonly backend_start: string | null
  readonly application: string
  readonly user: string | null
  readonly database: string | null
  readonly state: string | null
  /** Seconds in that state. */
  readonly state_age: number
  /** Seconds that its statement runs; null unless it is active. */
  readonly query_age: number | null
  readonly query: string
  readonly backend_type: string | null
  /** Whether it is connected to the database that we are connected to. */
  readonly here: boolean
  /** Who keeps it waiting for a lock. */
  readonly blocked_by: readonly number[]
}

/** A moment as the actions write it: at full precision, in UTC whatever the session's time zone. */
const moment = (expression: string): string =>
  `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const SESSIONS = `
select a.pid, ${moment('a.backend_start')} as backend_start, coalesce(a.application_name, '') as application,
  a.usename::text as user, a.datname::text as database, a.state,
  coalesce(extract(epoch from clock_timestamp() - a.state_change), 0)::float8 as state_age,
  case when a.state = 'active' then extract(epoch from clock_timestamp() - a.query_start)::float8 end as query_age,
  left(a.query, 500) as query, a.backend_type,
  coalesce(a.datname = current_database(), false) as here,
  current_user::text as me, case when a.wait_event_type = 'Lock' then to_json(pg_blocking_pids(a.pid))::text else '[]' end as blocked_by
from pg_stat_activity a
where a.pid <> pg_backend_pid() and a.backend_type is distinct from 'parallel worker'
order by a.backend_start, a.pid`

/**
 * All sessions but our own, the oldest first. Throws AppError `cannot-plan` where those of others are hidden: half of them
 * would look like no trouble at all.
 */
export async function seeSessions(query: Query): Promise<readonly SeenSession[]> {
  const rows = await query(SESSIONS)
  const hidden = rows.find((row) => row.backend_type === null)
  if (hidden) {
    const me = String(hidden.me)
    throw new AppError(
      'cannot-plan',
      `PostgreSQL hides the sessions of other roles from ${me}: GRANT pg_monitor TO ${quoteIdentifier(me)};`,
    )
  }
  return rows.map((row) => {
    const blocked = row.blocked_by
    return {
      ...(row as unknown as SeenSession),
      query: String(row.query ?? ''),
      blocked_by: typeof blocked === 'string' ? (JSON.parse(blocked) as number[]) : [],
    }
  })
}

export const isClient = (s: SeenSession): boolean => s.backend_type === 'client backend'

/** What people start on purpose and know to take long. */
const BACKUP = /^pg_(?:dump|dumpall|restore|basebackup|receivewal)$|barman|pgbackrest|wal-g|walg/i

/** Why a session may not be hit by a runbook, or undefined (SPEC R5). */
export function whySpared(s: SeenSession): string | undefined {
  const kept = whyProtected({ ...s, backendType: s.backend_type })
  if (kept !== undefined) return kept
  if (!s.here) return `it is in another database (${s.database ?? 'none'})`
  if (BACKUP.test(s.application)) return 'it is a backup'
  if (s.backend_start === null)
    return 'its beginning can not be seen without pg_monitor, so it could be mistaken for another'
  return undefined
}

export const sessionRef = (s: SeenSession, reason: string): SessionRef => ({
  ...{ pid: s.pid, backendStart: s.backend_start ?? '', application: s.application },
  ...{ user: s.user, database: s.database, state: s.state, reason },
})

/** The input of the actions that signal a session. */
export const meant = (s: SeenSession) => ({ pid: s.pid, backend_start: s.backend_start ?? '' })

export const applicationOf = (s: SeenSession): string => s.application || 'an unnamed application'
