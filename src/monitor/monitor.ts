import type { BackupState } from '../core/backup.ts'
import type { MeasuredBloat } from '../core/bloat.ts'
import type { Store } from '../core/store.ts'
import type { Config, TargetConfig } from './config.ts'
import type { Records } from './cycle.ts'
import { identify, type Named } from './identify.ts'
import { createLimit } from './limit.ts'
import { createRecorder } from './recorder.ts'
import { standbysOf } from './standbys.ts'
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
  /** Opens a connection to a target's URL, with its pooler's console beside it where there is one; throws AppError. */
  readonly connect: (url: string, pooler: string | undefined) => Promise<Session>
  /** The URL without password, for people. */
  readonly redact: (url: string) => string
  /** Milliseconds to wait after the nth attempt to reconnect, n from 0. */
  readonly backoff: (attempt: number) => number
  readonly onError: (error: Error) => void
  /** Turns findings into alerts; none without a store. */
  readonly alerts?: AlertPort
  /** What is known of a target's backups; none without a store. */
  readonly backups?: (target: string) => BackupState | undefined
  /** What was measured of a target's bloat; none without a store. */
  readonly measured?: (target: string) => readonly MeasuredBloat[]
}

/** Watches many targets, keeps their state and their history. */
export interface Monitor {
  readonly targets: readonly string[]
  readonly config: Config
  readonly store: Store | undefined
  state(id: string): TargetState | undefined
  /** Looks at a target soon instead of when its time comes: something was done to it. */
  remeasure(id: string): void
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

  const stateOf = (id: string): TargetState | undefined => watches.get(id)?.state ?? states.get(id)
  const recordsOf = (id: string): Records => {
    const [backups, measured] = [ports.backups?.(id), ports.measured?.(id)]
    const others = named.flatMap((t) => (t.id === id ? [] : (stateOf(t.id) ?? [])))
    return {
      ...(backups ? { backups } : {}),
      ...(measured ? { measured } : {}),
      standbys: standbysOf(stateOf(id), others),
    }
  }

  return {
    targets: named.map((t) => t.id),
    config,
    store,
    state: stateOf,
    remeasure: (id) => watches.get(id)?.remeasure(),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      for (const target of named) {
        const { id, name, url, secret, pooler } = target
        if (watches.has(id)) continue
        const recorder = store && createRecorder(store, ports.onError)
        if (recorder) closers.push(() => recorder.close())
        const onEvent = (type: MonitorEvent['type'], at: number, changed: readonly string[]): void =>
          emit({ type, target: id, at, tables: changed })
        const connect = (): Promise<Session> => ports.connect(secret, pooler)
        watches.set(
          id,
          watchTarget({
            ...{ id, name, url, config, connect, limit, recorder, onEvent },
            ...{ backoff: ports.backoff, alerts: ports.alerts, records: () => recordsOf(id) },
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
