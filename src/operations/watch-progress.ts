import { setTimeout as sleep } from 'node:timers/promises'
import type { Step } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { type Progress, readProgress } from './progress.ts'

/** Most statements are done before it is worth a connection of its own. */
const FIRST = 1_000
const EVERY = 1_000

/** Tells how far a statement is, read over a second session every second, until it is stopped. Never throws. */
export function watchProgress(
  open: () => Promise<ActionSession>,
  view: Step['progress'],
  pid: number,
  tell: (progress: Progress) => void,
): () => Promise<void> {
  const ended = new AbortController()
  const wait = (ms: number) => sleep(ms, undefined, { signal: ended.signal, ref: false })
  const follow = async () => {
    if (view === undefined) return
    await wait(FIRST)
    const session = await open()
    try {
      while (!ended.signal.aborted) {
        const seen = await session.read((query) => readProgress(query, view, pid))
        if (seen && !ended.signal.aborted) tell(seen)
        await wait(EVERY)
      }
    } finally {
      await session.close()
    }
  }
  // Where it can't be read nothing is told of it; the statement itself goes on.
  const following = follow().catch(() => undefined)
  return () => {
    ended.abort()
    return following
  }
}
