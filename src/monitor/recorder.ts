import { type AppError, toAppError } from '../core/errors.ts'
import type { Batch, Store } from '../core/store.ts'

/** Batches that wait for the store at most: at a 10 s tick nearly an hour of one target. */
const MOST_WAITING = 360
const RETRY_MS = 5_000

/** Writes one target's batches in order and keeps them while the store can't: a full disk loses nothing at once. */
export interface Recorder {
  add(batch: Batch): void
  /** Why the store can't be written now, and how many batches wait or were given up. */
  readonly trouble: { readonly error: AppError; readonly waiting: number; readonly lost: number } | undefined
  /** Tries to write what waits, once, and stops. */
  close(): Promise<void>
}

export function createRecorder(store: Store, onTrouble: (error: AppError) => void): Recorder {
  const queue: Batch[] = []
  let error: AppError | undefined
  let lost = 0
  let busy: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined

  const drain = async (): Promise<void> => {
    for (let batch = queue[0]; batch; batch = queue[0]) {
      try {
        await store.append(batch)
        queue.shift()
        error = undefined
      } catch (thrown) {
        const failure = toAppError(thrown)
        if (!error) onTrouble(failure)
        error = failure
        return
      }
    }
  }
  const start = (): void => {
    busy ??= drain().finally(() => {
      busy = undefined
      if (!error) {
        if (queue.length > 0) start()
        return
      }
      clearTimeout(retry)
      retry = setTimeout(start, RETRY_MS)
      retry.unref()
    })
  }

  return {
    add(batch) {
      queue.push(batch)
      if (queue.length > MOST_WAITING) {
        // The first one may be on its way to the store.
        queue.splice(1, 1)
        lost++
      }
      if (!error) start()
    },
    get trouble() {
      return error ? { error, waiting: queue.length, lost } : undefined
    },
    async close() {
      clearTimeout(retry)
      await busy
      await drain()
      clearTimeout(retry)
    },
  }
}
