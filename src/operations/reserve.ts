import type { ActionSession } from '../core/action-session.ts'
import { AppError, toAppError } from '../core/errors.ts'

/** How often a lost reserve connection is looked for, in ms. */
const LOOK = 2_000
/** Longer steps than this, in ms, would keep the only way in from those who need it to free slots. */
const SHORT = 60_000

/** Sessions to act through, and one held back for the moment when the server has no slot left. */
export interface Reserve {
  /** Opens the reserve connection of each target now, and again whenever it is lost. */
  start(): void
  /** A new session; where every slot is taken, the one in reserve. Throws AppError as `connect` does. */
  open(target: string): Promise<ActionSession>
  /** Resolves when each target's reserve is held or has failed once. */
  ready(): Promise<void>
  stop(): Promise<void>
}

/** Reserve connections of these targets over `connect`, which opens a new session. */
export function createReserve(options: {
  readonly targets: readonly string[]
  readonly connect: (target: string) => Promise<ActionSession>
  /** Told once each time that a reserve can't be had. */
  readonly onError: (error: Error) => void
}): Reserve {
  const { targets, connect, onError } = options
  const held = new Map<string, ActionSession>()
  const failing = new Set<string>()
  const opening = new Map<string, Promise<void>>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const hold = async (target: string): Promise<void> => {
    if (stopped || held.get(target)?.open) return
    held.delete(target)
    try {
      const session = await connect(target)
      if (stopped) return await session.close()
      held.set(target, session)
      failing.delete(target)
    } catch (error) {
      // The monitor says that it is unreachable; one line for the reserve is enough.
      if (!failing.has(target) && !stopped) onError(toAppError(error))
      failing.add(target)
    }
  }
  const look = (): void => {
    for (const target of targets) {
      if (opening.has(target)) continue
      opening.set(
        target,
        hold(target).finally(() => opening.delete(target)),
      )
    }
  }

  return {
    start() {
      if (timer) return
      look()
      timer = setInterval(look, LOOK)
      timer.unref()
    },
    async ready() {
      await Promise.all(opening.values())
    },
    async open(target) {
      try {
        return await connect(target)
      } catch (error) {
        const spare = held.get(target)
        if (toAppError(error).code !== 'too-many-connections' || !spare?.open) throw error
        return lent(spare)
      }
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await Promise.all(opening.values())
      await Promise.all([...held.values()].map((session) => session.close().catch(() => undefined)))
      held.clear()
    },
  }
}

/** Several may use it at once: it takes their work in turn. Closing it gives it back. */
const lent = (session: ActionSession): ActionSession => ({
  pid: session.pid,
  backendStart: session.backendStart,
  capabilities: session.capabilities,
  get open() {
    return session.open
  },
  read: (work) => session.read(work),
  async execute(step, options) {
    if (step.timeout > SHORT) {
      throw new AppError(
        'too-many-connections',
        'only the connection in reserve is left, which is kept for ending sessions',
      )
    }
    return session.execute(step, options)
  },
  cancel: () => session.cancel(),
  close: async () => {},
})
