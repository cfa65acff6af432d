import type { Plan } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { toAppError } from '../core/errors.ts'
import type { AuditEvent } from './job.ts'

const TIMEOUT = 10 * 60_000
const LOCK_TIMEOUT = 30_000

/** What a cut-off run had left behind. */
export interface CleanedUp {
  /** One sentence for each thing that was removed or is still there. */
  readonly notes: readonly string[]
  readonly events: readonly AuditEvent[]
}

/** Removes what the steps up to `last` left behind. Never throws: what can't be removed is told. */
export async function cleanUp(session: ActionSession, plan: Plan, last: number): Promise<CleanedUp> {
  const notes: string[] = []
  const events: AuditEvent[] = []
  for (const { when, values, sql } of plan.steps.slice(0, last + 1).flatMap((s) => s.cleanup ?? [])) {
    try {
      const left = await session.read((query) => query(when, values))
      if (left.length === 0) continue
      const step = { sql, transactional: false, timeout: TIMEOUT, lockTimeout: LOCK_TIMEOUT }
      await session.execute(step)
      notes.push(`What it left behind was removed: ${sql}`)
      events.push({ event: 'cleaned-up', sql })
    } catch (error) {
      const { detail } = toAppError(error)
      notes.push(`What it left behind could not be removed (${detail}). Run yourself: ${sql}`)
      events.push({ event: 'cleanup-failed', sql, detail })
    }
  }
  return { notes, events }
}
