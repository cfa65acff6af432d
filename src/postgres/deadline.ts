import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'

/** How long to try to end on the server what the deadline has overtaken, and how often to ask, in ms. */
const PATIENCE = 2000
const AGAIN = 50

/**
 * Waits for pipelined work on a connection for at most `ms`, then ends it: one CancelRequest only ends the query that is
 * running, and the next one begins, so they are sent until all is answered. After that the session is dropped: a
 * CancelRequest that arrives late would hit another query. Rejects where even then not all is answered: nobody waits for ever.
 */
export async function withDeadline<T>(
  connection: Connection,
  ms: number,
  work: Promise<T>,
): Promise<{ readonly value: T; readonly late: boolean }> {
  let settled = false
  let ending: Promise<void> | undefined
  const dropped = Promise.withResolvers<never>()
  dropped.promise.catch(() => undefined)
  const end = async () => {
    for (const until = performance.now() + PATIENCE; !settled && performance.now() < until; ) {
      await connection.cancel(until - performance.now())
      await sleep(AGAIN)
    }
    const why = `no answer within ${ms} ms`
    connection.destroy(why)
    // What is pending rejects by itself, in this moment or never.
    await sleep(AGAIN)
    dropped.reject(new Error(why))
  }
  const timer = setTimeout(() => {
    ending = end()
  }, ms)
  try {
    const value = await Promise.race([work, dropped.promise])
    return { value, late: ending !== undefined }
  } finally {
    settled = true
    clearTimeout(timer)
    await ending
  }
}
