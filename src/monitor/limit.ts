import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'

/**
 * Runs at most `parallel` pieces of work at once, but a piece keeps its place for `hold` ms at most: what takes longer only
 * waits for a server, and must not keep the others from theirs. Half of all targets may hang.
 */
export function createLimit(parallel: number, hold: number): <T>(work: () => Promise<T>) => Promise<T> {
  const limit = pLimit(parallel)
  return <T>(work: () => Promise<T>) =>
    new Promise<T>((resolve) => {
      limit(async () => {
        const running = work()
        resolve(running)
        const done = new AbortController()
        const given = running.catch(() => undefined).finally(() => done.abort())
        const patience = sleep(hold, undefined, { signal: done.signal }).catch(() => undefined)
        await Promise.race([given, patience])
      })
    })
}
