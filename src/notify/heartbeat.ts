import { postJson } from './http.ts'

export interface Heartbeat {
  stop(): void
}

/**
 * Posts to an address at a steady rate while pgtend does its work. Whoever watches that address (a dead man's switch)
 * alarms when it stops: pgtend can't tell of its own death.
 */
export function startHeartbeat(options: {
  readonly url: string
  /** Milliseconds between two beats. */
  readonly every: number
  /** Whether the work goes on; without it there is no beat. */
  readonly alive: () => boolean
  /** Told of the first of several failures in a row. */
  readonly onError: (error: Error) => void
}): Heartbeat {
  const { url, every, alive, onError } = options
  let failing = false
  const beat = async (): Promise<void> => {
    if (!alive()) return
    try {
      await postJson(url, JSON.stringify({ version: 1, at: Date.now() }))
      failing = false
    } catch (error) {
      if (!failing) onError(new Error(`heartbeat: ${(error as Error).message}`))
      failing = true
    }
  }
  const timer = setInterval(() => void beat(), every)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
