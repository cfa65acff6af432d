import type { Action, Plan, Query, Verification } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { toAppError } from '../core/errors.ts'

/** Measures again. What can't be measured isn't verified; the run itself has ended either way. */
export async function verifyRun(session: ActionSession, action: Action, plan: Plan): Promise<Verification> {
  try {
    return await session.read(async (query) => {
      const verification = await action.verify(query, plan.input, plan)
      return { ...verification, at: await momentOn(query) }
    })
  } catch (error) {
    return { ok: false, detail: `It could not be measured: ${toAppError(error).detail}`, after: {} }
  }
}

/** Now on the watched server's clock, epoch milliseconds: only there does "measured after it" mean anything. */
export async function momentOn(query: Query): Promise<number> {
  const [now] = await query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at')
  return Number(now?.at)
}
