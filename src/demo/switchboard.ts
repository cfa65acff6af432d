import { AppError } from '../core/errors.ts'
import type { Fault, FaultContext } from './fault.ts'
import { createFaultSessions, type FaultSessions } from './fault-sessions.ts'
import type { Application } from './roles.ts'

/** A fault and its state, as people see it. */
export interface DemoFault {
  readonly name: string
  readonly title: string
  readonly doc: string
  readonly on: boolean
  /** It is just being switched. */
  readonly busy: boolean
  /** Why the last switching failed. */
  readonly error?: string
}

export interface SwitchboardOptions extends Pick<FaultContext, 'query' | 'queryStandby'> {
  readonly faults: readonly Fault[]
  readonly url: (role: Application) => string
}

export interface Switchboard {
  readonly faults: readonly DemoFault[]
  /** Switches one; does nothing when it is so already. Throws `unknown-fault` or `fault-failed`. */
  set(name: string, on: boolean): Promise<void>
  /** Undoes what a killed demo left behind; gives the names. */
  clean(): Promise<readonly string[]>
  /** Switches all off; goes on when one fails. */
  allOff(): Promise<void>
}

interface Position {
  readonly fault: Fault
  on: boolean
  busy: boolean
  error?: string
  sessions?: FaultSessions
  /** The switching that runs or ran last; the next waits for it. */
  last: Promise<void>
}

export function createSwitchboard(o: SwitchboardOptions): Switchboard {
  const positions = o.faults.map(
    (fault): Position => ({ fault, on: false, busy: false, last: Promise.resolve() }),
  )

  const contextOf = (sessions: FaultSessions): FaultContext => ({
    query: o.query,
    queryStandby: o.queryStandby,
    session: sessions.session,
    repeat: sessions.repeat,
  })

  const sessionsOf = (position: Position): FaultSessions =>
    createFaultSessions({
      url: o.url,
      query: o.query,
      onLost: () => {
        position.on = false
      },
    })

  async function turnOn(position: Position): Promise<void> {
    const sessions = sessionsOf(position)
    position.sessions = sessions
    position.on = true
    try {
      await position.fault.start(contextOf(sessions))
    } catch (error) {
      await turnOff(position).catch(() => {})
      throw error
    }
  }

  async function turnOff(position: Position): Promise<void> {
    const sessions = position.sessions ?? sessionsOf(position)
    await sessions.endAll()
    await position.fault.stop?.(contextOf(sessions))
    delete position.sessions
    position.on = false
  }

  async function change(position: Position, on: boolean): Promise<void> {
    if (position.on === on && !position.error) return
    position.busy = true
    delete position.error
    try {
      await (on ? turnOn(position) : turnOff(position))
    } catch (error) {
      position.error = error instanceof Error ? error.message : String(error)
      throw new AppError('fault-failed', `${position.fault.name}: ${position.error}`, { cause: error })
    } finally {
      position.busy = false
    }
  }

  function set(name: string, on: boolean): Promise<void> {
    const position = positions.find((p) => p.fault.name === name)
    if (!position) return Promise.reject(new AppError('unknown-fault', name))
    const next = position.last.catch(() => {}).then(() => change(position, on))
    position.last = next
    return next
  }

  return {
    get faults() {
      return positions.map(({ fault: { name, title, doc }, on, busy, error }) => ({
        ...{ name, title, doc, on, busy },
        ...(error === undefined ? {} : { error }),
      }))
    },
    set,
    async clean() {
      const left: string[] = []
      for (const position of positions) {
        const context = contextOf(sessionsOf(position))
        if (!(await position.fault.isLeft?.(context))) continue
        await position.fault.stop?.(context)
        left.push(position.fault.name)
      }
      return left
    },
    async allOff() {
      await Promise.allSettled(positions.map((p) => set(p.fault.name, false)))
    },
  }
}
