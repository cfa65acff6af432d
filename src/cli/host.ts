import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Hono } from 'hono'
import { createActing, remeasureAfterRuns } from '../action-service.ts'
import { createAlerts } from '../alert-service.ts'
import { createBackupService } from '../backup-service.ts'
import { createBloatService } from '../bloat-service.ts'
import { createCare } from '../care-service.ts'
import type { Store } from '../core/store.ts'
import type { Config, TargetConfig } from '../monitor/config.ts'
import { identify } from '../monitor/identify.ts'
import type { Monitor } from '../monitor/monitor.ts'
import { createOptimizer } from '../optimize-service.ts'
import { redactUrl } from '../postgres/url.ts'
import { createPrivatePlanners } from '../private-planners.ts'
import { createQueries } from '../query-service.ts'
import { createApp } from '../server/app.ts'
import { type Served, serve } from '../server/serve.ts'
import { openStore } from '../store/open-store.ts'
import { createMonitor } from '../wire.ts'
import type { Io } from './io.ts'
import { makeFolder } from './make-folder.ts'
import { webRoot } from './package-root.ts'

/** Store, monitor and server, running together. */
export interface Host {
  readonly url: string
  readonly monitor: Monitor
  stop(): Promise<void>
}

export interface HostOptions {
  readonly targets: readonly TargetConfig[]
  readonly config: Config
  readonly storePath: string
  readonly port: number
  readonly host: string
  /** Fail when the port is taken. */
  readonly exact: boolean
  /** Whether people may run the actions that they have approved. */
  readonly allowActions: boolean
  readonly extra?: Hono
}

/** Opens the store, starts to watch and to listen; takes all of it back when a part fails. */
export async function startHost(options: HostOptions, io: Io): Promise<Host> {
  const { targets, config, storePath, port, host, exact, allowActions, extra } = options
  const undo: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step().catch(tell(io))
  }
  try {
    const store: Store = await openHistory(storePath)
    undo.push(() => store.close())
    const alerts = createAlerts({ store, config, env: io.env, onError: tell(io) })
    undo.push(() => alerts.stop())
    await alerts.start()
    const backup = createBackupService({
      ...{ targets, config, store, storePath, env: io.env, onError: tell(io) },
    })
    undo.push(() => backup.stop())
    const acting = createActing({
      ...{ targets, config, store, allow: allowActions, env: io.env, onError: tell(io) },
    })
    undo.push(() => acting.stop())
    const bloat = createBloatService({
      ...{ ledger: store.ledger, open: acting.open },
      targets: identify(targets, redactUrl).map((t) => t.id),
    })
    await bloat.start()
    const monitor = createMonitor({
      ...{ targets, config, store, env: io.env, onError: tell(io), alerts: alerts.port },
      ...{ backups: backup.state, measured: bloat.state },
    })
    undo.push(() => monitor.stop())
    remeasureAfterRuns(acting.operator, monitor)
    const care = createCare({
      ...{ targets, config, store, acting, monitor, env: io.env, onError: tell(io) },
      backups: backup.backups,
    })
    undo.push(() => care.stop())
    const planners = createPrivatePlanners({ targets, env: io.env })
    undo.push(() => planners.close())
    const [optimizer, queries] = [createOptimizer(planners), createQueries(planners)]
    undo.push(() => optimizer.stop())
    undo.push(() => queries.stop())
    const app = createApp({
      ...{
        monitor,
        alerts,
        operator: acting.operator,
        maintenance: care.maintenance,
        recovery: care.recovery,
        backups: backup.backups,
        bloat,
        optimizer,
        queries,
        webRoot: webRoot(),
        anyHost: !isLoopback(host),
      },
      onFault: (error) =>
        io.err(`pgtend: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`),
      ...(extra ? { extra } : {}),
    })
    const served: Served = await serve(app, { port, host, exact })
    undo.push(() => served.close())
    backup.start()
    monitor.start()
    acting.start()
    care.start()
    return { url: served.url, monitor, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openHistory(path: string): Promise<Store> {
  await makeFolder(dirname(path))
  return openStore({ path })
}

/** Faults that no caller sees go to stderr. */
export const tell =
  (io: Io) =>
  (error: Error): void =>
    io.err(`pgtend: ${error.message}\n`)

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** Where the history is kept unless told otherwise (XDG base directories). */
export function defaultStorePath(env: Io['env']): string {
  const data = env.XDG_DATA_HOME
  return join(data?.startsWith('/') ? data : join(homedir(), '.local', 'share'), 'pgtend', 'history.db')
}

export const storePathOf = (io: Io, option: string | undefined, config: Config): string => {
  const named = option ?? config.store
  return named === undefined ? defaultStorePath(io.env) : resolve(io.cwd, named)
}
