import { AppError } from '../core/errors.ts'
import type { Capabilities } from '../core/server.ts'
import { lostError, unanswered } from './connect-error.ts'
import { type Connection, openConnection, type TextResult } from './connection.ts'
import { withDeadline } from './deadline.ts'
import { comparePids, detectPooler, type Seen } from './pooler.ts'
import { OVERRIDES_SQL, type OwnSettings, SETTINGS, SETTINGS_SQL, settingsOf } from './server-settings.ts'
import { BEGIN, CLOCK, COMMIT, ROLLBACK_TO, SAVEPOINT, SET, settingsFor } from './transaction.ts'
import type { ConnectionSpec } from './url.ts'

const OLDEST = 140_000
/** In ms, above the statement timeout. */
const DEADLINE = 10_000
const LIMITS = settingsFor({
  ...{ statementTimeout: 5000, lockTimeout: 300, deadline: DEADLINE },
  searchPath: 'pg_catalog, pg_temp',
})

const GRANTS = [
  'pg_monitor',
  'pg_read_all_stats',
  'pg_read_all_settings',
  'pg_read_all_data',
  'pg_signal_backend',
  'pg_maintain',
  'pg_checkpoint',
  'pg_use_reserved_connections',
]

const EXTENSIONS = ['pg_stat_statements', 'pgstattuple', 'hypopg']

const PLATFORM_ROLES = ['supabase_admin', 'rdsadmin', 'cloudsqladmin', 'neon_superuser']

const MAIN = `WITH /* pgtend:capabilities */ s AS MATERIALIZED (SELECT * FROM pg_settings)
SELECT json_build_object(
  'version', current_setting('server_version_num')::int,
  'database', current_database(),
  'user', current_user,
  'started', extract(epoch FROM pg_postmaster_start_time())::float8,
  'recovery', pg_is_in_recovery(),
  'superuser', (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
  'grants', (SELECT coalesce(json_agg(rolname ORDER BY rolname), '[]') FROM pg_roles
    WHERE rolname = ANY ($1::text[]) AND pg_has_role(current_user, oid, 'USAGE')),
  'extensions', (SELECT coalesce(json_object_agg(extname, json_build_object('schema', nspname, 'version', extversion)), '{}')
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace),
  ${SETTINGS_SQL},
  'platform', (SELECT coalesce(json_agg(rolname), '[]') FROM pg_roles WHERE rolname = ANY ($3::text[])),
  'aurora', EXISTS (SELECT FROM pg_proc WHERE proname = 'aurora_version'),
  'neon', EXISTS (SELECT FROM s WHERE name LIKE 'neon.%'),
  'pid', pg_backend_pid())::text`

const AVAILABLE = `SELECT /* pgtend:capabilities */ coalesce(json_agg(name ORDER BY name), '[]')::text
  FROM pg_available_extensions WHERE name = ANY ($1::text[])`

interface Main {
  readonly version: number
  readonly database: string
  readonly user: string
  readonly started: number
  readonly recovery: boolean
  readonly superuser: boolean
  readonly grants: readonly string[]
  readonly extensions: Capabilities['extensions']
  readonly settings: OwnSettings
  readonly platform: readonly string[]
  readonly aurora: boolean
  readonly neon: boolean
  readonly pid: number
}

/** Reads what the server is and what the role may see, in one pipelined round trip. Throws AppError. */
export async function readCapabilities(connection: Connection, spec: ConnectionSpec): Promise<Capabilities> {
  const sent = [
    connection.query(CLOCK),
    connection.query(BEGIN),
    connection.query(SET, LIMITS),
    connection.query(MAIN, [GRANTS, SETTINGS, PLATFORM_ROLES]),
    connection.query(SAVEPOINT),
    // Each may fail where a hoster changed something; the rest is known without them.
    connection.query(AVAILABLE, [EXTENSIONS]),
    connection.query(ROLLBACK_TO),
    connection.query('SELECT /* pgtend:capabilities */ system_identifier::text FROM pg_control_system()'),
    connection.query(ROLLBACK_TO),
    connection.query(OVERRIDES_SQL, [SETTINGS]),
    connection.query(COMMIT),
    connection.query(CLOCK),
  ]
  const { value, late } = await withDeadline(connection, DEADLINE, Promise.allSettled(sent)).catch(() => {
    throw unanswered(connection.where, DEADLINE)
  })
  const [pidBefore, , , main, , available, , control, , overrides, , pidAfter] = value
  const text = textOf(main)
  if (text === undefined) {
    if (late) throw unanswered(connection.where, DEADLINE)
    // The first says why; those after it only that the connection is gone.
    const failed = value.find((answer) => answer.status === 'rejected')
    const reason = failed?.reason instanceof Error ? failed.reason.message : 'no answer'
    throw lostError(connection.where, reason)
  }
  const read = JSON.parse(text) as Main
  if (read.version < OLDEST) throw tooOld(`${Math.floor(read.version / 10_000)}`)
  const pids = [pidBefore, pidAfter].map((clock) => textOf(clock, 1)).filter((pid) => pid !== undefined)
  return {
    version: read.version,
    major: Math.floor(read.version / 10_000),
    database: read.database,
    user: read.user,
    startedAt: Math.round(read.started * 1000),
    systemIdentifier: textOf(control) ?? null,
    role: read.recovery ? 'standby' : 'primary',
    superuser: read.superuser,
    grants: read.grants,
    extensions: read.extensions,
    available: JSON.parse(textOf(available) ?? '[]') as string[],
    ...settingsOf(read.settings, textOf(overrides)),
    pooler: await poolerOf(connection, spec, {
      host: spec.host,
      port: spec.port,
      loginPid: connection.processId,
      backendPids: [read.pid, ...pids.map(Number)],
    }),
    platform: platformOf(read),
  }
}

/** What was found out with a second session stays as it is for as long as the first lasts. */
const found = new WeakMap<Connection, Capabilities['pooler']>()

/** Where one session can't tell, a second is opened for a moment. */
async function poolerOf(
  connection: Connection,
  spec: ConnectionSpec,
  seen: Seen,
): Promise<Capabilities['pooler']> {
  const known = detectPooler(seen) ?? found.get(connection)
  if (known !== undefined) return known
  const ask = (of: Connection) => async () => Number((await of.query(CLOCK)).rows[0]?.[1])
  try {
    const second = await openConnection(spec, DEADLINE)
    const comparison = comparePids(ask(connection), ask(second)).finally(() => second.end())
    const { value } = await withDeadline(second, DEADLINE, comparison)
    found.set(connection, value)
    return value
  } catch {
    // Without a second session: the careful answer.
    return 'transaction'
  }
}

/** Refuses a server by the version that it reported at login, before anything is asked that it may not know. */
export function refuseOld(serverVersion: string): void {
  const major = /^\d+/.exec(serverVersion)?.[0]
  if (major !== undefined && Number(major) < OLDEST / 10_000) throw tooOld(serverVersion)
}

const tooOld = (version: string): AppError => new AppError('too-old', `it is version ${version}`)

function platformOf(read: Main): Capabilities['platform'] {
  const has = (role: string) => read.platform.includes(role)
  if (has('supabase_admin')) return 'supabase'
  if (read.aurora) return 'aurora'
  if (has('rdsadmin')) return 'rds'
  if (has('cloudsqladmin')) return 'cloud-sql'
  if (read.neon || has('neon_superuser')) return 'neon'
  return 'self-hosted'
}

function textOf(result: PromiseSettledResult<TextResult> | undefined, column = 0): string | undefined {
  return result?.status === 'fulfilled' ? (result.value.rows[0]?.[column] ?? undefined) : undefined
}
