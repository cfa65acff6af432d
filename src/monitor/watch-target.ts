import { setTimeout as sleep } from 'node:timers/promises'
import type { Sight } from '../core/alert.ts'
import { type AppError, toAppError } from '../core/errors.ts'
import type { Suppression } from '../core/notice.ts'
import type { Cadence } from '../core/probe.ts'
import type { Capabilities } from '../core/server.ts'
import type { Batch } from '../core/store.ts'
import { derived } from '../derived/index.ts'
import { probes } from '../probes/index.ts'
import { rules } from '../rules/index.ts'
import { createBell } from './bell.ts'
import type { Config } from './config.ts'
import { type Cycle, type Reader, type Records, runCycle } from './cycle.ts'
import { createFacts, type Facts } from './facts.ts'
import { pointsOf, renewedBy } from './history.ts'
import { judgedOn } from './judged.ts'
import type { Recorder } from './recorder.ts'
import { registry, tables } from './registry.ts'
import type { TableState, TargetState, Trouble } from './target-state.ts'

/** Looks that were asked for are so far apart at least, in ms: a round of maintenance asks after each action. */
const LEAST_BETWEEN = 3_000

/** A connection to the watched database that the loop may hold, renew and close. */
export interface Session extends Reader {
  readonly open: boolean
  /** Reads the capabilities again: a grant or an extension may have come. */
  refresh(): Promise<Capabilities>
  close(): Promise<void>
}

/** Who turns what is seen into alerts: `alerts/engine.ts`, wired in from outside. Neither may throw or wait. */
export interface AlertPort {
  observe(sight: Sight): void
  /** Findings of a target that are not to count, by key. */
  suppressed(target: string): ReadonlyMap<string, Suppression>
}

export interface WatchOptions {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly config: Config
  /** Opens a connection; throws AppError. */
  readonly connect: () => Promise<Session>
  /** Milliseconds to wait after the nth attempt to reconnect, n from 0. */
  readonly backoff: (attempt: number) => number
  /** Runs a piece of work when there is room for it among all targets. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>
  readonly recorder?: Recorder | undefined
  readonly alerts?: AlertPort | undefined
  /** What is known of the target from elsewhere now. */
  readonly records?: () => Records
  readonly onEvent: (type: 'cycle' | 'connection', at: number, changed: readonly string[]) => void
}

export interface Watch {
  readonly state: TargetState
  /** Looks now at all that is read each minute, instead of when its time comes. */
  remeasure(): void
  stop(): Promise<void>
}

/** Watches one target until stopped: connect, cycle at the cadences, reconnect with backoff. A lost server is a state, not an error. */
export function watchTarget(options: WatchOptions): Watch {
  const { id, name, url, config, recorder, alerts } = options
  const stopped = new AbortController()
  const facts = createFacts(probes, registry)
  let known: Capabilities | undefined
  let state: TargetState = {
    id,
    name,
    url,
    connection: 'connecting',
    since: Date.now(),
    tables: new Map(),
    opportunities: [],
    costs: new Map(),
  }

  const unreachable = (error: AppError): void => {
    const began = state.connection !== 'unreachable'
    const since = began ? Date.now() : state.since
    state = { ...state, connection: 'unreachable', since, error: troubleOf(error) }
    recorder?.add({ target: id, at: Date.now(), points: [up(id, Date.now(), 0)] })
    const { message, remedy } = error
    alerts?.observe({
      ...{ target: { id, name }, connection: 'unreachable', error: { message, remedy } },
      ...{ findings: () => [], unknown: [] },
    })
    if (began) options.onEvent('connection', Date.now(), [])
  }

  const connected = (capabilities: Capabilities): void => {
    if (known && !sameRun(known, capabilities)) facts.gap()
    known = capabilities
    const { error: _, ...rest } = state
    state = { ...rest, connection: 'connected', since: Date.now(), capabilities }
    options.onEvent('connection', Date.now(), [])
  }

  const absorb = (cycle: Cycle, capabilities: Capabilities): void => {
    const renewed = renewedBy(cycle.read, derived)
    const next = new Map<string, TableState>(state.tables)
    for (const [table, outcome] of cycle.evaluation.tables) {
      const last = next.get(table)
      if (!last || renewed.has(table)) next.set(table, { outcome, at: cycle.at })
    }
    const { storeError: _, ...rest } = state
    const trouble = recorder?.trouble
    state = {
      ...rest,
      ...(trouble ? { storeError: troubleOf(trouble.error) } : {}),
      capabilities,
      at: cycle.at,
      tables: next,
      health: cycle.evaluation.health,
      opportunities: cycle.evaluation.opportunities,
      costs: new Map([...state.costs, ...cycle.costs]),
    }
    recorder?.add(batchOf(id, cycle, facts, renewed))
    const { findingsWith: findings, health } = cycle.evaluation
    alerts?.observe({ target: { id, name }, connection: 'connected', findings, unknown: health.unknown })
    options.onEvent('cycle', cycle.at, [...renewed])
  }

  // Looks that were asked for come one after the other at their own pace, however many are asked for.
  const looks = createBell(LEAST_BETWEEN)

  const watch = async (session: Session): Promise<void> => {
    const { cadence } = config
    let minute = Number.NEGATIVE_INFINITY
    let sweep = Number.NEGATIVE_INFINITY
    // Not the time of day: that may be set, and the watch would stand still.
    for (let tick = performance.now(); !stopped.signal.aborted; ) {
      const due = new Set<Cadence>(['tick'])
      const asked = looks.answer()
      // Whether the schema has changed must be known before it is decided what is due.
      if (asked) absorb(await cycle(session, due), session.capabilities)
      if (asked || tick >= minute) due.add('minute').add('schema')
      if (tick >= sweep) {
        due.add('sweep')
        if (Number.isFinite(sweep)) connectedAgain(await session.refresh())
      }
      absorb(await cycle(session, due), session.capabilities)
      if (due.has('minute')) minute = tick + cadence.minute * 1000
      if (due.has('sweep')) sweep = tick + cadence.sweep * 1000
      // Ticks that were missed are not made up for.
      const period = cadence.tick * 1000
      tick += period * Math.max(1, Math.ceil((performance.now() - tick) / period))
      await looks.rungWithin(tick - performance.now(), stopped.signal)
    }
  }
  const cycle = (session: Session, due: ReadonlySet<Cadence>): Promise<Cycle> =>
    options.limit(() => runCycle(session, facts, due, config, alerts?.suppressed(id), options.records?.()))
  const connectedAgain = (capabilities: Capabilities): void => {
    if (known && !sameRun(known, capabilities)) facts.gap()
    known = capabilities
  }

  const pause = (ms: number): Promise<void> =>
    sleep(Math.max(0, ms), undefined, { signal: stopped.signal }).catch(() => undefined)

  const run = async (): Promise<void> => {
    // Spreads many targets over the tick, so that they don't all answer at once.
    await pause(Math.random() * Math.min(1000, config.cadence.tick * 100))
    for (let attempt = 0; !stopped.signal.aborted; ) {
      let session: Session | undefined
      try {
        session = await options.limit(options.connect)
        connected(session.capabilities)
        attempt = 0
        await watch(session)
      } catch (thrown) {
        if (!stopped.signal.aborted) unreachable(toAppError(thrown))
      } finally {
        await session?.close().catch(() => undefined)
      }
      await pause(options.backoff(attempt++))
    }
  }
  const running = run()

  return {
    get state() {
      return state
    },
    remeasure: () => looks.ring(),
    async stop() {
      stopped.abort()
      await running
    },
  }
}

/** The same server process lifetime: counters went on counting. */
function sameRun(a: Capabilities, b: Capabilities): boolean {
  return a.startedAt === b.startedAt && a.systemIdentifier === b.systemIdentifier && a.role === b.role
}

const troubleOf = (error: AppError): Trouble => ({
  code: error.code,
  message: error.message,
  remedy: error.remedy,
})

const up = (target: string, at: number, value: 0 | 1) => ({
  target,
  metric: 'target.up',
  labels: '[]',
  at,
  value,
})

function batchOf(target: string, cycle: Cycle, facts: Facts, renewed: ReadonlySet<string>): Batch {
  const { health } = cycle.evaluation
  const points = pointsOf(target, cycle.at, tables, renewed, cycle.evaluation, facts.before)
  return {
    target,
    at: cycle.at,
    points: [...points, up(target, cycle.at, 1)],
    health: { score: health.score, status: health.status, coverage: health.coverage },
    // Suppressed is not gone.
    findings: [...health.findings, ...(health.suppressed ?? [])],
    blind: health.unknown.map((u) => u.rule),
    judged: judgedOn(rules, probes, derived, {
      ...{ at: cycle.at, read: cycle.read, schemaCurrent: facts.schemaCurrent },
      before: (probe) => facts.before(probe)?.at,
    }),
  }
}
