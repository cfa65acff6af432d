import { quoteIdentifier } from '../core/identifier.ts'
import { type Failure, fail } from '../core/outcome.ts'
import type { Probe } from '../core/probe.ts'
import { sqlFor } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import { settingFix } from '../core/setting-override.ts'

/** Why a probe is not worth sending to this server, or undefined when it is. */
export function obstacle(probe: Probe, server: Capabilities): Failure | undefined {
  if (sqlFor(probe, server.major) === undefined) {
    return fail('unsupported', `PostgreSQL ${server.major} does not have it`)
  }
  if (probe.source === 'pooler') {
    return fail('unsupported', 'no admin console of a pooler is configured for this target')
  }
  if (probe.on !== undefined && probe.on !== server.role) {
    return fail('unsupported', `only a ${probe.on} has it, this server is a ${server.role}`)
  }
  if (probe.extension !== undefined && server.extensions[probe.extension] === undefined) {
    return missingExtension(probe.extension, server)
  }
  const uncounted = probe.extension === 'pg_stat_statements' ? notCounting(server) : undefined
  if (uncounted) return uncounted
  if (server.superuser) return undefined
  if (probe.needs === 'pg_monitor' && !server.grants.includes('pg_read_all_stats')) {
    return fail('denied', `${server.user} does not have the role pg_monitor`, grantOf(probe, server))
  }
  if (probe.needs === 'pg_read_all_data' && !server.grants.includes('pg_read_all_data')) {
    return fail('denied', `${server.user} does not have the role pg_read_all_data`, grantOf(probe, server))
  }
  if (probe.needs === 'superuser') {
    return fail('denied', `${server.user} is not a superuser`, 'Connect as a superuser.')
  }
  return undefined
}

/** Settings under which pg_stat_statements counts nothing, and a value under which it does. */
const UNCOUNTED = [
  { setting: 'pg_stat_statements.track', value: 'none', better: 'top' },
  { setting: 'compute_query_id', value: 'off', better: 'auto' },
] as const

function notCounting({ settings, overrides }: Capabilities): Failure | undefined {
  const off = UNCOUNTED.filter(({ setting, value }) => settings[setting] === value)
  if (off.length === 0) return undefined
  return fail(
    'missing',
    `${off.map(({ setting, value }) => `${setting} is ${value}`).join(' and ')}: pg_stat_statements counts nothing`,
    off.map(({ setting, better }) => settingFix(overrides, setting, better)).join(' '),
  )
}

/** The SQLSTATE of an error that the server sent. */
export function sqlstateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/** A character that the other encoding does not have, or bytes that are none. */
const UNTRANSLATABLE: ReadonlySet<string> = new Set(['22P05', '22021'])

const MISSING: ReadonlySet<string> = new Set(['42P01', '42883', '42703', '3F000'])

/** What an error of the server means for the probe. Codes: PostgreSQL documentation, appendix A. */
export function failureOf(error: unknown, probe: Probe, server: Capabilities): Failure {
  const code = sqlstateOf(error)
  const said = `${messageOf(error)}${code ? ` (${code})` : ''}`
  if (code === '42501') return fail('denied', said, grantOf(probe, server))
  if (code === '55P03') return fail('timeout', 'another session held a lock on what it reads')
  if (code === '57014') return fail('timeout', 'it took longer than the statement timeout')
  // No text holds a zero byte: they are what a file is filled with that was cut off while the server goes on writing.
  if (code === '22021' && /\b0x00\b/.test(said) && probe.extension === 'pg_stat_statements')
    return fail(
      'failed',
      `the file in which pg_stat_statements keeps its texts is damaged: ${said}`,
      'SELECT pg_stat_statements_reset();',
    )
  if (code && (UNTRANSLATABLE.has(code) || (code === '42883' && /conversion/.test(said))))
    return fail(
      'failed',
      `texts of other databases can not be written in the encoding of this one: ${said}`,
      /for encoding "UTF8"/.test(said)
        ? "Discard the statistics of the databases without an encoding: SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE pg_encoding_to_char(encoding) = 'SQL_ASCII';"
        : 'Name a database of this server in UTF8 as the target; statistics of the whole server are the same from each.',
    )
  if (code === '55000' && probe.extension) return notPreloaded(probe.extension, said)
  if (code && MISSING.has(code)) {
    return probe.extension
      ? fail('missing', said, `ALTER EXTENSION ${quoteIdentifier(probe.extension)} UPDATE;`)
      : fail('missing', said)
  }
  return fail('failed', said)
}

const grantOf = ({ needs }: Probe, server: Capabilities): string =>
  `GRANT ${needs === 'pg_read_all_data' ? needs : 'pg_monitor'} TO ${quoteIdentifier(server.user)};`

function missingExtension(name: string, server: Capabilities): Failure {
  const where = `the extension ${name} is not installed in database ${server.database}`
  if (!server.available.includes(name)) {
    // Of a host's own server nobody but the host can change the files.
    if (server.platform !== 'self-hosted' && server.available.length > 0)
      return fail('unsupported', `${server.platform} does not offer the extension ${name}`)
    return fail(
      'missing',
      `${where}, and the server has no files of it`,
      `Install the package that has ${name} (for PostgreSQL's own: postgresql-contrib), then CREATE EXTENSION ${quoteIdentifier(name)};`,
    )
  }
  const preloaded = server.settings.shared_preload_libraries
  const create = `CREATE EXTENSION ${quoteIdentifier(name)};`
  const absent = preloaded !== undefined && !preloaded.split(/[\s,"']+/).includes(name)
  return fail(
    'missing',
    where,
    name === 'pg_stat_statements' && absent ? `${preload(name)} Then ${create}` : create,
  )
}

const preload = (name: string): string =>
  `Add ${name} to shared_preload_libraries in postgresql.conf and restart the server.`

const notPreloaded = (name: string, said: string): Failure => fail('missing', said, preload(name))

/** The server's own sentence, shortened. Never the whole error object: it holds the query and its values. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}
