import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kind, Ran } from '../cost-subject.ts'

/** The measured pgtend, in a process of its own. */
export interface Subject {
  readonly pid: number
  ask(kind: Kind): Promise<Ran>
  stop(): Promise<void>
}

/** As bin/pgtend.cjs does it, with compiled code kept: or the compiler of TypeScript would be part of what is measured. */
export async function startSubject(url: string): Promise<Subject> {
  const child = fork(join(import.meta.dirname, '..', 'cost-start.ts'), [url], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'pgtend-bench', 'compiled') },
    execArgv: (process.env.BENCH_NODE ?? '').split(' ').filter(Boolean),
  })
  await once(child, 'message')
  return {
    pid: child.pid as number,
    ask: (kind) => ask(child, kind),
    async stop() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

async function ask(child: ChildProcess, kind: Kind): Promise<Ran> {
  child.send(kind)
  const [ran] = (await once(child, 'message')) as [Ran & { error?: string }]
  if (ran.error) throw new Error(ran.error)
  return ran
}
