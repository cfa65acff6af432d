import { setTimeout as sleep } from 'node:timers/promises'

/** Ends a pause early when somebody asks for it, but never twice within `least` milliseconds. */
export interface Bell {
  ring(): void
  /** Whether it was rung since it was last answered. */
  answer(): boolean
  /** Waits so long in ms, or until it is rung or the signal is aborted. */
  rungWithin(ms: number, signal: AbortSignal): Promise<void>
}

export function createBell(least: number): Bell {
  let rung = false
  let answered = Number.NEGATIVE_INFINITY
  let wake = (): void => undefined

  return {
    ring() {
      rung = true
      wake()
    },
    answer() {
      if (!rung) return false
      rung = false
      answered = performance.now()
      return true
    },
    async rungWithin(ms, signal) {
      const until = performance.now() + Math.max(0, ms)
      for (;;) {
        const end = rung ? Math.min(until, answered + least) : until
        const left = end - performance.now()
        if (left <= 0 || signal.aborted) return
        const woken = new AbortController()
        wake = () => woken.abort()
        await sleep(left, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(
          () => undefined,
        )
      }
    },
  }
}
