/** What decides whether a session may be cancelled or ended. */
export interface SessionTraits {
  readonly user: string | null
  readonly application: string
  /** As pg_stat_activity.backend_type: `client backend`. Null where the role may not see it. */
  readonly backendType: string | null
  readonly query?: string | null
}

/**
 * Roles that a platform runs its services as: ending their sessions breaks logins, storage, replication or pooling.
 * The SQL pack repeats both lists (sql/040-sessions.sql).
 */
const ROLES: ReadonlyMap<string, string> = new Map([
  ['supabase_admin', "Supabase's administration"],
  ['authenticator', 'the API (PostgREST)'],
  ['supabase_auth_admin', 'Auth'],
  ['supabase_storage_admin', 'Storage'],
  ['supabase_replication_admin', 'replication'],
  ['supabase_realtime_admin', 'Realtime'],
  ['supabase_functions_admin', 'database webhooks'],
  ['pgbouncer', 'the pooler PgBouncer'],
  ['supavisor', 'the pooler Supavisor'],
  ['rdsadmin', "Amazon RDS's administration"],
  ['rdsrepladmin', "Amazon RDS's replication"],
  ['cloudsqladmin', "Cloud SQL's administration"],
  ['cloud_admin', "Neon's administration"],
  ['azuresu', "Azure's administration"],
])

/** Applications that say who they are, as a whole name; a release's number may follow, as in `PostgREST 12.2.3`. */
const APPLICATIONS: ReadonlyMap<string, string> = new Map([
  ['postgrest', 'the API (PostgREST)'],
  ['pg_cron', 'a job of pg_cron'],
  ['pg_cron scheduler', 'the scheduler of pg_cron'],
  ['supavisor', 'the pooler Supavisor'],
  ['pgbouncer', 'the pooler PgBouncer'],
])

/** Which service of a platform runs as this role, if any: `the API (PostgREST)` as `authenticator`. */
export const roleService = (role: string): string | undefined => ROLES.get(role.toLowerCase())

/** Which service calls itself so, if any, whatever the number of its release. */
export const applicationService = (application: string): string | undefined =>
  APPLICATIONS.get(application.toLowerCase().replace(/ [\d.]+$/, ''))

/**
 * Why a session is never hit, or undefined where it may be (SPEC U2): services of the platform, replication, logical
 * decoding, background workers, autovacuum against wraparound, and pgtend itself. Pure.
 */
export function whyProtected({ user, application, backendType, query }: SessionTraits): string | undefined {
  const role = user === null ? undefined : roleService(user)
  if (role !== undefined) return `it belongs to ${role} (role ${user})`
  if (backendType === 'walsender') return 'it sends WAL to a standby or a subscriber'
  if (backendType === 'autovacuum worker') {
    return /to prevent wraparound/.test(query ?? '')
      ? 'it is the autovacuum that prevents transaction id wraparound'
      : undefined
  }
  if (backendType === 'parallel worker') return 'it helps another session: cancel that one'
  if (backendType !== null && backendType !== 'client backend') return `it is a ${backendType} of the server`
  if (application === 'pgtend' || application.startsWith('pgtend ')) return 'it is pgtend itself'
  const app = applicationService(application)
  return app === undefined ? undefined : `it is ${app}`
}
