import type { Acting } from './action-service.ts'
import type { Backups } from './backup/backups.ts'
import { AppError } from './core/errors.ts'
import { formatBytes, formatSeconds, plural } from './core/format.ts'
import type { Outcome } from './core/outcome.ts'
import type { Store } from './core/store.ts'
import type { Row, Table } from './core/table.ts'
import invalidIndexes from './derived/invalid-indexes.ts'
import managedTables from './derived/managed-tables.ts'
import neglectedToast from './derived/neglected-toast.ts'
import partitionedTables from './derived/partitioned-tables.ts'
import tables from './derived/tables.ts'
import { createMaintenance, type Maintenance } from './maintenance/maintenance.ts'
import type { Condition } from './maintenance/pause.ts'
import type { Look, Ports } from './maintenance/ports.ts'
import { isInside, nextInside } from './maintenance/window.ts'
import type { Config, TargetConfig } from './monitor/config.ts'
import { identify } from './monitor/identify.ts'
import type { Monitor } from './monitor/monitor.ts'
import { createRecovery, type Recovery } from './operations/recovery.ts'
import { redactUrl } from './postgres/url.ts'
import { checkDatabase } from './wire.ts'

export interface CareOptions {
  readonly targets: readonly TargetConfig[]
  readonly config: Config
  readonly store: Store
  readonly acting: Acting
  /** Where somebody watches already: between two actions it tells whether to go on, and its findings call policies. */
  readonly monitor?: Monitor
  /** What makes backups. Without it the task `backup` is off. */
  readonly backups?: Pick<Backups, 'run'>
  /** Where PGPASSWORD and its like come from; default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly onError?: (error: Error) => void
  /** The clock that schedules, windows and limits go by, epoch ms; default `Date.now`. */
  readonly now?: () => number
  /** How often the clock and what dead processes left are looked at, in ms; default 20,000. */
  readonly look?: number
}

const LOOK = 20_000

/** Maintenance and recovery of real servers. */
export interface Care {
  readonly maintenance: Maintenance
  readonly recovery: Recovery
  /** Begins to look at the clock and, for policies, at the findings. After `acting.start()`. */
  start(): void
  stop(): Promise<void>
}

export function createCare(options: CareOptions): Care {
  const { targets, config, store, acting, monitor, env = process.env, onError = () => undefined } = options
  const { now = Date.now, look: lookEvery = LOOK } = options
  const { operator, owner, open, context } = acting
  const urls = new Map(identify(targets, redactUrl).map(({ id, secret }) => [id, secret]))
  const ids = [...urls.keys()]
  const { maintenance: settings, recovery: recoverySettings, thresholds } = config
  const { window, timezone } = settings

  const look = async (target: string): Promise<Look> => {
    const url = urls.get(target)
    if (url === undefined) throw new AppError('unknown-target', `"${target}"`)
    const seen = await checkDatabase(url, { config, env })
    const { capabilities: server, evaluation } = seen
    const read = <T extends Table>(table: T) => rowsOf(table, evaluation.tables)
    return {
      condition: { connected: true, role: server.role, health: evaluation.health },
      context: { at: seen.at, server, limits: config.limits },
      facts: {
        ...{ tables: read(tables), toast: read(neglectedToast) ?? [] },
        ...{ partitioned: read(partitionedTables) ?? [], managed: read(managedTables) ?? [] },
        invalidIndexes: read(invalidIndexes),
      },
    }
  }
  const condition = (target: string): Condition | undefined => {
    const state = monitor?.state(target)
    if (!state) return undefined
    const { connection, capabilities, health } = state
    return { connected: connection === 'connected', role: capabilities?.role, health }
  }
  const maintenance = createMaintenance(ids, {
    ...{ ledger: store.ledger, operator, owner, settings, thresholds, look, condition, open, onError },
    findings: store.findings,
    ...(options.backups ? { backup: backUpWith(options.backups) } : {}),
    ...{ now, lookEvery },
  })
  const recovery = createRecovery(ids, {
    ...{ ledger: store.ledger, operator, owner, open, context },
    settings: recoverySettings,
    window: () => {
      const at = now()
      return { open: isInside(window, timezone, at), next: nextInside(window, timezone, at), timezone }
    },
    now,
  })
  const heed = (target: string): void => {
    const findings = monitor?.state(target)?.health?.findings ?? []
    recovery.heed(target, new Set(findings.map((f) => f.rule))).catch(onError)
  }
  const hasPolicy = Object.values(recoverySettings.policies).some((p) => p.enabled)
  let leave = () => {}
  let timer: NodeJS.Timeout | undefined

  return {
    maintenance,
    recovery,
    start() {
      // A process that was killed a moment ago holds its lease for a while: looked at again until that is over.
      const settle = () => void recovery.recover().catch(onError)
      settle()
      timer = setInterval(settle, lookEvery)
      timer.unref()
      maintenance.start()
      if (monitor && hasPolicy) {
        leave = monitor.subscribe(({ type, target }) => {
          if (type === 'cycle') heed(target)
        })
      }
    },
    async stop() {
      clearInterval(timer)
      leave()
      await Promise.all([maintenance.stop(), recovery.stop()])
    },
  }
}

/** The rows of a table as the evaluation read them; undefined where it could not. */
function rowsOf<T extends Table>(
  table: T,
  outcomes: ReadonlyMap<string, Outcome>,
): readonly Row<T>[] | undefined {
  const outcome = outcomes.get(table.name)
  return outcome?.ok ? (outcome.rows as readonly Row<T>[]) : undefined
}

/** A backup as maintenance sees it: whether it is there and, where it was tried, whether it could be restored. */
const backUpWith =
  (backups: Pick<Backups, 'run'>): NonNullable<Ports['backup']> =>
  async (target) => {
    const { bytes = 0, tables = 0, seconds = 0, status, error, verified } = await backups.run(target)
    const made = `${plural(tables, 'table')} in ${formatBytes(bytes)}, ${formatSeconds(seconds)}`
    const proof = verified
      ? `; ${verified.ok ? `restored in ${formatSeconds(verified.seconds)}` : verified.detail}`
      : ''
    return {
      ok: status === 'done' && verified?.ok !== false,
      summary: status === 'done' ? `${made}${proof}` : (error ?? 'the backup failed'),
    }
  }
