import type { Action, Plan, Verification } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { toAppError } from '../core/errors.ts'

/** Measures again. What can't be measured isn't verified; the run itself has ended either way. */
export async function verifyRun(session: ActionSession, action: Action, plan: Plan): Promise<Verification> {
  try {
    return await session.read(async (query) => {
      const verification = await action.verify(query, plan.input, plan)
      const [now] = await query('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS at')
      return { ...verification, at: Number(now?.at) }
    })
  } catch (error) {
    return { ok: false, detail: `It could not be measured: ${toAppError(error).detail}`, after: {} }
  }
}
