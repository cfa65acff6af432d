import type { Action, Input, Plan } from '../core/action.ts'
import type { ActionSession } from '../core/action-session.ts'
import { AppError } from '../core/errors.ts'
import type { Context } from '../core/given.ts'
import { addressedBy } from '../core/mending.ts'
import { nearest } from '../core/nearest.ts'
import { planHash } from './hash.ts'
import { checkInput } from './input.ts'

/** The action of that name. Throws AppError `unknown-action`. */
export function findAction(actions: readonly Action[], name: string): Action {
  const found = actions.find((a) => a.name === name)
  if (found) return found
  const names = actions.map((a) => a.name)
  const close = nearest(name, names)
  const hint = close === undefined ? `known are ${names.join(', ')}` : `did you mean ${close}?`
  throw new AppError('unknown-action', `"${name}"; ${hint}`)
}

/** Plans from what the session reads now. The rights that count are those of the session that will act. */
export async function makePlan(
  session: ActionSession,
  action: Action,
  input: Input,
  target: string,
  context: Pick<Context, 'at' | 'limits'>,
): Promise<Plan> {
  checkInput(action, input)
  const acting: Context = { ...context, server: session.capabilities }
  try {
    const draft = await session.read((query) => action.plan(query, input, acting))
    const plan = { ...draft, action: action.name, input, target }
    const addresses = addressedBy(action.mends ?? [], draft)
    return { ...plan, hash: planHash(plan), ...(addresses.length > 0 ? { addresses } : {}) }
  } catch (error) {
    if (error instanceof AppError && error.code === 'step-failed')
      throw new AppError('cannot-plan', error.detail, { cause: error })
    throw error
  }
}
