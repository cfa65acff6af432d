import type { BackupState } from './core/backup.ts'
import type { MeasuredBloat } from './core/bloat.ts'
import { AppError } from './core/errors.ts'
import type { Capabilities } from './core/server.ts'
import type { Store } from './core/store.ts'
import { type Config, parseConfig, type TargetConfig } from './monitor/config.ts'
import { createMonitor as createMonitorOn, type Monitor } from './monitor/monitor.ts'
import { type Observation, observe } from './monitor/observe.ts'
import type { AlertPort } from './monitor/watch-target.ts'
import { reconnectDelay } from './postgres/backoff.ts'
import { connectWithConsole } from './postgres/pooler-console.ts'
import { connect, type Session } from './postgres/session.ts'
import { parseUrl, redactUrl } from './postgres/url.ts'
import pools from './probes/pools.ts'

export interface MonitorOptions {
  /** Databases to watch; default `config.targets`. */
  readonly targets?: readonly TargetConfig[]
  /** From `parseConfig`; default: all defaults. */
  readonly config?: Config
  /** Where the history goes, from `openStore`. Without one there is no history. Yours to close after `stop()`. */
  readonly store?: Store
  /** What turns findings into alerts: `port` of `createAlerts`. */
  readonly alerts?: AlertPort
  /** What rules are told of backups: `state` of the backup service. */
  readonly backups?: (target: string) => BackupState | undefined
  /** What advice is told of measured bloat: `state` of the bloat service. */
  readonly measured?: (target: string) => readonly MeasuredBloat[]
  /** Told of failures that no caller sees, such as a full disk under the store. */
  readonly onError?: (error: Error) => void
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Environment
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * A monitor of real PostgreSQL servers. `start()` begins to watch, `stop()` ends it.
 * Throws AppError `bad-url` for a URL that can't be understood, `no-target` where there is none.
 */
export function createMonitor(options: MonitorOptions): Monitor {
  const config = options.config ?? parseConfig({})
  const targets = options.targets ?? config.targets
  const env = options.env ?? process.env
  if (targets.length === 0) throw new AppError('no-target', 'the list of targets is empty')
  for (const { url, pooler } of targets) for (const each of [url, pooler ?? url]) parseUrl(each, env)
  return createMonitorOn({
    targets,
    config,
    ...(options.store ? { store: options.store } : {}),
    ports: {
      connect: (url, pooler) => open(url, pooler, env),
      redact: redactUrl,
      backoff: reconnectDelay,
      onError: options.onError ?? (() => undefined),
      ...(options.alerts ? { alerts: options.alerts } : {}),
      ...(options.backups ? { backups: options.backups } : {}),
      ...(options.measured ? { measured: options.measured } : {}),
    },
  })
}

async function open(url: string, pooler: string | undefined, env: Environment): Promise<Session> {
  const spec = parseUrl(url, env)
  return pooler === undefined ? connect(spec) : connectWithConsole(spec, parseUrl(pooler, env), pools)
}

export interface CheckOptions {
  readonly config?: Config
  /** The admin console of a PgBouncer before the server. */
  readonly pooler?: string | undefined
  /** Between the two samples; default 1. */
  readonly seconds?: number
  readonly signal?: AbortSignal
  readonly onConnect?: () => void
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Environment
}

/** What one look at a database found. */
export interface Check extends Observation {
  readonly capabilities: Capabilities
}

/**
 * Looks at a database once and lets go of it: two samples `seconds` (default 1) apart.
 * Throws AppError: `bad-url`, `unreachable`, `login-failed`, `tls-failed`, `not-postgres`, `too-old`, `too-many-connections`,
 * `pool-exhausted`.
 */
export async function checkDatabase(url: string, options: CheckOptions = {}): Promise<Check> {
  const session = await open(url, options.pooler, options.env ?? process.env)
  try {
    options.onConnect?.()
    const { signal } = options
    const seen = await observe(session, {
      config: options.config ?? parseConfig({}),
      seconds: options.seconds ?? 1,
      ...(signal ? { signal } : {}),
    })
    return { ...seen, capabilities: session.capabilities }
  } finally {
    await session.close()
  }
}
