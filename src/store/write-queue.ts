import { AppError } from '../core/errors.ts'
import type { Batch } from '../core/store.ts'

/** Batches that may await their writing. Beyond it the disk is stuck, and memory would only grow. */
export const MOST_WAITING = 1_000
/** Points in one transaction, about: keeps what others wait for short. */
const POINTS_AT_ONCE = 10_000

interface Waiting {
  readonly batch: Batch
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Writes batches in one transaction; one entry for each: null when it was kept, else why it was not. */
export type WriteBatches = (batches: readonly Batch[]) => Promise<readonly (AppError | null)[]>

export interface WriteQueue {
  /** Resolves when the batch is on disk. */
  add(batch: Batch): Promise<void>
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>
}

/** One group is written at a time; what comes meanwhile forms the next: one wait for the disk serves them all. */
export function createWriteQueue(write: WriteBatches): WriteQueue {
  const queue: Waiting[] = []
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = takeGroup(queue)
      try {
        const errors = await write(group.map(({ batch }) => batch))
        group.forEach(({ resolve, reject }, i) => {
          const error = errors[i]
          if (error) reject(error)
          else resolve()
        })
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    running = undefined
  }

  return {
    add(batch) {
      if (queue.length >= MOST_WAITING) {
        const detail = `${MOST_WAITING} batches are waiting for the disk; this one was not kept`
        return Promise.reject(new AppError('store-failed', detail))
      }
      return new Promise((resolve, reject) => {
        queue.push({ batch, resolve, reject })
        running ??= run()
      })
    },
    drained: async () => running,
  }
}

function takeGroup(queue: Waiting[]): Waiting[] {
  let points = 0
  const end = queue.findIndex(({ batch }, i) => {
    points += batch.points.length
    return i > 0 && points > POINTS_AT_ONCE
  })
  return queue.splice(0, end === -1 ? queue.length : end)
}
