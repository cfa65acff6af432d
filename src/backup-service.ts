import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Backups, createBackups } from './backup/backups.ts'
import type { BackupState } from './core/backup.ts'
import type { Store } from './core/store.ts'
import type { Config, TargetConfig } from './monitor/config.ts'
import { identify } from './monitor/identify.ts'
import { redactUrl } from './postgres/url.ts'

export interface BackupServiceOptions {
  readonly targets: readonly TargetConfig[]
  readonly config: Config
  readonly store: Store
  /** Of the history: where the configuration names no directory, backups are kept beside it. */
  readonly storePath?: string
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly onError?: (error: Error) => void
}

/** Backups of real servers, and what rules are told of them. */
export interface BackupService {
  readonly backups: Backups
  /** For `createMonitor({ backups })`. */
  readonly state: (target: string) => BackupState | undefined
  /** Settles what killed processes left, and begins to look at what there is: other processes make backups too. */
  start(): void
  stop(): Promise<void>
}

const LOOK_MS = 60_000

/** Backups over a store: by a target's actionUrl where it has one, since the watching role may rarely read every table. */
export function createBackupService(options: BackupServiceOptions): BackupService {
  const { targets, config, store, storePath, env = process.env, onError = () => undefined } = options
  const { directory, keep, verify, tools, scratch } = config.backup
  const urls = new Map(
    identify(targets, redactUrl).map(({ id, secret }, i) => [id, targets[i]?.actionUrl ?? secret]),
  )
  const backups = createBackups({
    ...{ ledger: store.ledger, keep, verify, tools, env, onError },
    directory: directory ?? join(storePath ? dirname(storePath) : dataFolder(env), 'backups'),
    expected: directory !== null || (config.maintenance.enabled && config.maintenance.tasks.backup.enabled),
    urlOf: (target) => urls.get(target),
    ...(scratch === null ? {} : { scratch }),
  })
  let timer: NodeJS.Timeout | undefined
  const look = () => backups.look([...urls.keys()]).catch(onError)
  return {
    backups,
    state: backups.state,
    start() {
      backups.recover().then(look, onError)
      timer = setInterval(look, LOOK_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await backups.stop()
    },
  }
}

/** XDG base directories, as for the history. */
function dataFolder({ XDG_DATA_HOME: data }: Readonly<Record<string, string | undefined>>): string {
  return join(data?.startsWith('/') ? data : join(homedir(), '.local', 'share'), 'pgtend')
}
