import { userInfo } from 'node:os'
import type { ConnectionOptions } from 'node:tls'
import { AppError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { formatUrl, parsePort, splitUrl, type UrlParts } from './split-url.ts'
import { type Sslmode, tlsOptions } from './sslmode.ts'

/** What `connect` needs to know. */
export interface ConnectionSpec {
  /** A name, an address, or a folder of a Unix socket (begins with `/`). */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: string
  readonly database: string
  readonly ssl: false | ConnectionOptions
  readonly sslmode: Sslmode
  /** As libpq's channel_binding; `require` refuses a login that is not bound to the TLS channel. */
  readonly channelBinding: 'disable' | 'prefer' | 'require'
  /** libpq's `options`, which some hosters route by. */
  readonly options?: string
  /** The URL without password and secrets in parameters. */
  readonly redacted: string
}

type Env = Readonly<Record<string, string | undefined>>

/** Parameters that mean something here. */
const KNOWN = [
  'host',
  'port',
  'user',
  'password',
  'dbname',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'channel_binding',
  'options',
] as const

/** Of libpq, common drivers and hosters' URLs: accepted, since they don't change what is connected to or read. */
const IGNORED = [
  'application_name',
  'fallback_application_name',
  'client_encoding',
  'connect_timeout',
  'target_session_attrs',
  'gssencmode',
  'keepalives',
  'keepalives_idle',
  'keepalives_interval',
  'keepalives_count',
  'tcp_user_timeout',
  'sslnegotiation',
  'sslcompression',
  'uselibpqcompat',
  'pgbouncer',
  'connection_limit',
  'pool_timeout',
  'schema',
  'supa',
] as const

type Known = (typeof KNOWN)[number]

/**
 * Reads a postgres:// or postgresql:// URL with the PG* environment variables as defaults, with libpq's meaning.
 * Throws AppError `bad-url`; no message holds a secret.
 */
export function parseUrl(url: string, env: Env = process.env): ConnectionSpec {
  const parts = splitUrl(url)
  const params = knownParams(parts.params)
  const host = params.host || parts.host || env.PGHOST || 'localhost'
  const user = params.user || parts.user || env.PGUSER || systemUser()
  const port = params.port
    ? parsePort(params.port)
    : (parts.port ?? (env.PGPORT ? parsePort(env.PGPORT) : 5432))
  const password = params.password || parts.password || env.PGPASSWORD
  const database = params.dbname || parts.database || env.PGDATABASE || user
  const { sslmode, ssl } = tlsOptions({
    ...pick('sslmode', params.sslmode || env.PGSSLMODE),
    ...pick('sslrootcert', params.sslrootcert || env.PGSSLROOTCERT),
    ...pick('sslcert', params.sslcert || env.PGSSLCERT),
    ...pick('sslkey', params.sslkey || env.PGSSLKEY),
  })
  const channelBinding = bindingOf(params.channel_binding)
  if (
    channelBinding === 'require' &&
    (sslmode === 'disable' || sslmode === 'allow' || sslmode === 'prefer')
  ) {
    throw new AppError('bad-url', 'channel_binding=require needs sslmode=require or stricter')
  }
  return {
    host,
    port,
    user,
    ...pick('password', password),
    database,
    // A Unix socket is never encrypted, whatever the mode says; so does libpq.
    ssl: host.startsWith('/') ? false : ssl,
    sslmode,
    channelBinding,
    ...pick('options', params.options),
    redacted: formatUrl({ user, host, port, database, params: parts.params.filter(([n]) => SHOWN.has(n)) }),
  }
}

/** Parameters that may be shown: none of them can hold a secret. */
const SHOWN: ReadonlySet<string> = new Set(['sslmode', 'channel_binding'])
const PLACE: ReadonlySet<string> = new Set(['host', 'port', 'user', 'dbname'])

/** The URL as it may be shown and logged: never a password, nor what could be a part of one. Never throws. */
export function redactUrl(url: string): string {
  try {
    const { password: _, ...parts } = splitUrl(url)
    return formatUrl({ ...parts, params: parts.params.filter(([n]) => SHOWN.has(n) || PLACE.has(n)) })
  } catch {
    return 'postgres://…'
  }
}

/** Absent in a container that runs under a user id without a name. */
function systemUser(): string {
  try {
    return userInfo().username
  } catch {
    throw new AppError('bad-url', 'it names no user, and the system user has no name')
  }
}

const pick = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value ? ({ [key]: value } as { [P in K]: string }) : {}

function knownParams(params: UrlParts['params']): Partial<Record<Known, string>> {
  const found: Partial<Record<Known, string>> = {}
  for (const [name, value] of params) {
    const known = KNOWN.find((k) => k === name)
    if (known) found[known] = value
    else if (!(IGNORED as readonly string[]).includes(name)) {
      const near = nearest(name, [...KNOWN, ...IGNORED])
      const hint = near ? `did you mean ${near}?` : `known are ${KNOWN.join(', ')}`
      throw new AppError('bad-url', `the parameter ${name} is not known; ${hint}`)
    }
  }
  return found
}

function bindingOf(text: string | undefined): ConnectionSpec['channelBinding'] {
  if (!text || text === 'prefer' || text === 'disable') return text === 'disable' ? 'disable' : 'prefer'
  if (text === 'require') return 'require'
  throw new AppError('bad-url', 'channel_binding is none of disable, prefer, require')
}
