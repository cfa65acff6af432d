/** Another process that plans and runs an action, to be killed in the middle of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { Input } from '../src/core/action.ts'

const source = (path: string) => JSON.stringify(new URL(`../src/${path}`, import.meta.url).href)

/** Starts the action on the target `db`. Says the run's id once it runs; holds its leases for `lease` ms. */
export function acting(
  url: string,
  storePath: string,
  lease: number,
  action: string,
  input: Input,
): ChildProcess {
  const script = `
    import { createOperator } from ${source('operations/operator.ts')}
    import { openActionSession } from ${source('postgres/action-session.ts')}
    import { parseUrl } from ${source('postgres/url.ts')}
    import { openStore } from ${source('store/open-store.ts')}
    const store = await openStore({ path: ${JSON.stringify(storePath)} })
    const operator = createOperator({
      ledger: store.ledger, allow: true, owner: 'the one that dies', lease: ${lease},
      open: () => openActionSession(parseUrl(${JSON.stringify(url)})),
      context: () => ({ at: Date.now(), limits: { storage: null, slowQuery: 1, criticalTables: [] } }),
    })
    const [action, input] = ${JSON.stringify([action, input])}
    const { hash } = await operator.plan('db', action, input)
    const approval = { hash, actor: { kind: 'person', name: 'me' } }
    const { id } = await operator.start('db', action, input, approval)
    console.log(id)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** kill -9; resolves when it is gone. */
export async function killHard(child: ChildProcess): Promise<void> {
  const dead = once(child, 'exit')
  child.kill('SIGKILL')
  await dead
}
