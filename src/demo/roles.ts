/** The applications of WedSync, as `application_name`. Each logs in as `wedsync_<name>`. */
export const APPLICATIONS = ['web', 'api', 'worker', 'analytics'] as const
export type Application = (typeof APPLICATIONS)[number]

export const roleOf = (application: Application) => `wedsync_${application}`

/** The role that pgtend watches with: what docs/permissions.md asks for, so that nothing stays unknown. */
export const MONITOR_ROLE = 'pgtend'

const role = (name: string, options: string) =>
  `do $$ begin create role ${name} ${options}; exception when duplicate_object then null; end $$`

/** Roles belong to the server, so they may be there from an earlier database. */
export const ROLES: readonly string[] = [
  ...APPLICATIONS.map((a) => role(roleOf(a), 'login')),
  role(MONITOR_ROLE, 'login'),
  `grant pg_monitor, pg_read_all_data to ${MONITOR_ROLE}`,
]

/** What each application may do in the database one is connected to. */
export const grants = (): readonly string[] => [
  `grant select, insert, update, delete on all tables in schema public to ${roleOf('web')}, ${roleOf('api')}, ${roleOf('worker')}`,
  `grant select on all tables in schema public to ${roleOf('analytics')}`,
]
