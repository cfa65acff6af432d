import type { Input, Precondition, Query, SessionRef } from '../core/action.ts'
import { formatSeconds } from '../core/format.ts'
import { whyProtected } from '../core/protected-session.ts'
import { cannotPlan } from './_relation.ts'

/** A session as it is now. */
export interface Session {
  readonly pid: number
  readonly backend_start: string | null
  readonly application: string
  readonly user: string | null
  readonly database: string | null
  readonly state: string | null
  readonly state_age: number | null
  readonly query_start: string | null
  readonly query: string | null
  readonly backend_type: string | null
  /** Whether the acting role may signal it. */
  readonly signalable: boolean
}

/** A moment as text at full precision, in UTC whatever the session's time zone. */
export const moment = (expression: string): string =>
  `to_char(${expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** Columns of `Session`, from pg_stat_activity AS a LEFT JOIN pg_roles AS r ON r.oid = a.usesysid. */
export const SESSION_COLUMNS = `a.pid, ${moment('a.backend_start')} AS backend_start, coalesce(a.application_name, '') AS application,
  a.usename::text AS user, a.datname::text AS database, a.state, extract(epoch FROM clock_timestamp() - a.state_change)::float8 AS state_age,
  ${moment('a.query_start')} AS query_start, left(a.query, 200) AS query, a.backend_type,
  CASE WHEN (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN true WHEN r.rolsuper THEN false
    ELSE coalesce(pg_has_role(a.usesysid, 'USAGE'), false) OR pg_has_role('pg_signal_backend', 'USAGE') END AS signalable`

export const BACKEND_INPUT = {
  pid: { type: 'number', help: 'Process id of the session' },
  backend_start: {
    type: 'text',
    help: 'When the session began, as the plan shows it: another that got the same pid is then never meant',
    optional: true,
  },
} as const

/**
 * The session that is meant. Throws AppError `cannot-plan` when it is gone, is another by now, may not be seen, or is
 * protected: such a plan can't be made at all.
 */
export async function findSession(query: Query, input: Input): Promise<Session & { backend_start: string }> {
  const pid = Number(input.pid)
  if (!Number.isInteger(pid) || pid <= 0 || pid > 2 ** 31 - 1) throw cannotPlan(`${pid} is no process id`)
  const [found] = await query(
    `SELECT ${SESSION_COLUMNS} FROM pg_stat_activity a LEFT JOIN pg_roles r ON r.oid = a.usesysid WHERE a.pid = $1`,
    [pid],
  )
  if (!found) throw cannotPlan(`there is no session with the pid ${pid}: it has ended`)
  const session = found as unknown as Session
  const { backend_start } = session
  if (backend_start === null) {
    throw cannotPlan(
      `the session ${pid} belongs to another role, whose sessions can not be told apart without pg_monitor`,
    )
  }
  if (input.backend_start !== undefined && !sameMoment(String(input.backend_start), backend_start)) {
    throw cannotPlan(
      `the session that was meant has ended; the pid ${pid} is another's since ${backend_start}`,
    )
  }
  const why = whyProtected({ ...session, backendType: session.backend_type })
  if (why !== undefined) throw cannotPlan(`the session ${pid} is protected: ${why}`)
  return { ...session, backend_start }
}

/** Text equal, or a moment of less precision that the full one rounds or is cut to, as the API gives it in milliseconds. */
function sameMoment(given: string, full: string): boolean {
  if (given === full) return true
  const at = /^\d+$/.test(given) ? Number(given) : /\.\d{6}/.test(given) ? Number.NaN : Date.parse(given)
  return Math.abs(at - Date.parse(full)) <= 1
}

export const refOf = (s: Session & { backend_start: string }, reason: string): SessionRef => ({
  ...{ pid: s.pid, backendStart: s.backend_start, application: s.application },
  ...{ user: s.user, database: s.database, state: s.state, reason },
})

/** In words: `session 4711 of web (app), idle in transaction for 5 min`. */
export const describeSession = (s: Session): string =>
  `session ${s.pid} of ${s.application || 'an unnamed application'} (${s.user ?? 'no role'}), ${s.state ?? 'state unknown'}${s.state_age === null ? '' : ` for ${formatSeconds(s.state_age)}`}`

export const maySignal = (s: Session): Precondition => ({
  name: 'privilege',
  holds: s.signalable,
  detail: s.signalable
    ? 'The role may signal it'
    : `It needs the role ${s.user ?? 'of the session'} or pg_signal_backend; a superuser's session only a superuser may signal`,
})

/** Signals only the session that was meant: the pid and its start are compared in the statement that acts. */
export const signal = (call: string): string =>
  `SELECT ${call} AS signalled FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz`
