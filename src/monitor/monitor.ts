import type { BackupState } from '../core/backup.ts'
import type { Store } from '../core/store.ts'
import type { Config, TargetConfig } from './config.ts'
import { identify, type Named } from './identify.ts'
import { createLimit } from './limit.ts'
import { createRecorder } from './recorder.ts'
import type { TargetState } from './target-state.ts'
import { type AlertPort, type Session, type Watch, watchTarget } from './watch-target.ts'

/** Flights and connection attempts under way at once, over all targets. */
const PARALLEL = 50
/** How long one of them counts as under way, milliseconds: after that it only waits for its server. */
const HOLD_MS = 300
/** How often the store folds and drops what is old, milliseconds. */
const UPKEEP_MS = 60_000

export interface MonitorEvent {
  readonly type: 'cycle' | 'connection'
  readonly target: string
  /** Epoch milliseconds. */
  readonly at: number
  /** Tables that were renewed. */
  readonly tables: readonly string[]
}

/** Where the monitor meets the outside: how to reach a target and where to say what went wrong. */
export interface Ports {
  /** Opens a connection to a target's URL; throws AppError. */
  readonly connect: (url: string) => Promise<Session>
  /** The URL without password, for people. */
  readonly redact: (url: string) => string
  /** Milliseconds to wait after the nth attempt to reconnect, n from 0. */
  readonly backoff: (attempt: number) => number
  readonly onError: (error: Error) => void
  /** Turns findings into alerts; none without a store. */
  readonly alerts?: AlertPort
  /** What is known of a target's backups; none without a store. */
  readonly backups?: (target: string) => BackupState | undefined
}

/** Watches many targets, keeps their state and their history. */
export interface Monitor {
  readonly targets: readonly string[]
  readonly config: Config
  readonly store: Store | undefined
  state(id: string): TargetState | undefined
  /** Calls the listener at every event until the returned function is called. */
  subscribe(listener: (event: MonitorEvent) => void): () => void
  start(): void
  stop(): Promise<void>
}

/** Makes a monitor; `start()` begins to watch. The store stays the caller's to close, after `stop()`. */
export function createMonitor(options: {
  readonly targets: readonly TargetConfig[]
  readonly config: Config
  readonly store?: Store
  readonly ports: Ports
}): Monitor {
  const { config, ports, store } = options
  const limit = createLimit(PARALLEL, HOLD_MS)
  const listeners = new Set<(event: MonitorEvent) => void>()
  const named = identify(options.targets, ports.redact)
  const watches = new Map<string, Watch>()
  const states = new Map<string, TargetState>(named.map((t) => [t.id, idle(t)]))
  const closers: (() => Promise<void>)[] = []
  let upkeep: NodeJS.Timeout | undefined

  const emit = (event: MonitorEvent): void => {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        ports.onError(error as Error)
      }
    }
  }

  return {
    targets: named.map((t) => t.id),
    config,
    store,
    state: (id) => watches.get(id)?.state ?? states.get(id),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      for (const target of named) {
        const { id, name, url, secret } = target
        if (watches.has(id)) continue
        const recorder = store && createRecorder(store, ports.onError)
        if (recorder) closers.push(() => recorder.close())
        const onEvent = (type: MonitorEvent['type'], at: number, changed: readonly string[]): void =>
          emit({ type, target: id, at, tables: changed })
        const connect = (): Promise<Session> => ports.connect(secret)
        watches.set(
          id,
          watchTarget({
            ...{ id, name, url, config, connect, limit, recorder, onEvent },
            ...{ backoff: ports.backoff, alerts: ports.alerts, backups: ports.backups },
          }),
        )
      }
      if (store && !upkeep) {
        upkeep = setInterval(() => store.maintain(Date.now()).catch(ports.onError), UPKEEP_MS)
        upkeep.unref()
      }
    },
    async stop() {
      clearInterval(upkeep)
      await Promise.all([...watches.values()].map((w) => w.stop()))
      await Promise.all(closers.map((close) => close()))
    },
  }
}

const idle = ({ id, name, url }: Named): TargetState => ({
  id,
  name,
  url,
  connection: 'connecting',
  since: Date.now(),
  tables: new Map(),
  opportunities: [],
  costs: new Map(),
})
