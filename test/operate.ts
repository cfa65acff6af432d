/** An operator over real servers and a real store of its own. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Action, Actor, Input, Plan, Run } from '../src/core/action.ts'
import type { Store } from '../src/core/store.ts'
import { createOperator, type Operator, type OperatorOptions } from '../src/operations/operator.ts'
import { openActionSession } from '../src/postgres/action-session.ts'
import { parseUrl } from '../src/postgres/url.ts'
import { openStore } from '../src/store/open-store.ts'
import { temporaryFolder } from './store.ts'

export const PERSON: Actor = { kind: 'person', name: 'tester' }
export const NO_LIMITS = { storage: null, slowQuery: 1, criticalTables: [] } as const

export interface Operated {
  readonly operator: Operator
  readonly store: Store
  readonly storePath: string
  /** Plans and runs. */
  act(action: string, input: Input, target?: string): Promise<{ plan: Plan; run: Run }>
}

/** The target `db` (and others by name) is acted on through these URLs. */
export async function operate(
  urls: string | Readonly<Record<string, string>>,
  options: Partial<OperatorOptions> & { storePath?: string; actions?: readonly Action[] } = {},
): Promise<Operated> {
  const { storePath = join(temporaryFolder(), 'history.db'), ...rest } = options
  const byName = typeof urls === 'string' ? { db: urls } : urls
  const store = await openStore({ path: storePath })
  const operator = createOperator({
    ledger: store.ledger,
    open: (target) => openActionSession(parseUrl(byName[target] as string)),
    context: (target) => (target in byName ? { at: Date.now(), limits: NO_LIMITS } : undefined),
    allow: true,
    owner: `test ${randomUUID()}`,
    ...rest,
  })
  onTestFinished(async () => {
    await operator.stop()
    await store.close()
  })
  return {
    operator,
    store,
    storePath,
    async act(action, input, target = 'db') {
      const plan = await operator.plan(target, action, input)
      const run = await operator.run(target, action, input, { hash: plan.hash, actor: PERSON })
      return { plan, run }
    },
  }
}
