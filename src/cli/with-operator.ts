import { dirname } from 'node:path'
import { createActing } from '../action-service.ts'
import type { Input, Run } from '../core/action.ts'
import type { Store } from '../core/store.ts'
import type { Config, TargetConfig } from '../monitor/config.ts'
import { identify } from '../monitor/identify.ts'
import type { Operator } from '../operations/operator.ts'
import { redactUrl } from '../postgres/url.ts'
import { renderPlan, renderRun } from '../render/plan.ts'
import { openStore } from '../store/open-store.ts'
import { confirm } from './confirm.ts'
import { storePathOf, tell } from './host.ts'
import type { Io } from './io.ts'
import { makeFolder } from './make-folder.ts'
import { statusLine } from './status-line.ts'
import { somebody } from './with-care.ts'

/** How a command that plans, asks and runs was called. */
export interface Asking {
  readonly 'dry-run': boolean
  readonly yes: boolean
  readonly json: boolean
}

export const ASKING = {
  'dry-run': { type: 'boolean', help: 'Show the plan and change nothing' },
  yes: { type: 'boolean', help: 'Approve the plan without being asked: for scripts' },
  store: {
    type: 'string',
    value: 'file',
    help: 'The history, where runs are recorded; default ~/.local/share/pgtend/history.db',
  },
  config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  json: { type: 'boolean', help: 'The plan or the run as JSON' },
} as const

/** An operator over the history that `pgtend serve` uses too: one action at a time on each table, whoever began it. */
export async function withOperator(
  asked: {
    readonly store: string | undefined
    readonly config: Config
    readonly dryRun: boolean
    /** Called with the history open: a recorded run may say which target is meant. */
    readonly target: (store: Store) => Promise<TargetConfig>
  },
  io: Io,
  work: (operator: Operator, id: string) => Promise<number>,
): Promise<number> {
  const { config } = asked
  const path = storePathOf(io, asked.store, config)
  await makeFolder(dirname(path))
  const store = await openStore({ path })
  try {
    const target = await asked.target(store)
    // Under the id that the history knows it by.
    const same = config.targets.findIndex((t) => t.url === target.url)
    const targets = same >= 0 ? config.targets : [target]
    const id = identify(targets, redactUrl)[Math.max(same, 0)]?.id as string
    const acting = createActing({ targets, config, store, allow: true, env: io.env, onError: tell(io) })
    try {
      if (!asked.dryRun) await settleEarlier(acting.operator, io)
      return await work(acting.operator, id)
    } finally {
      await acting.stop()
    }
  } finally {
    await store.close()
  }
}

/** What a dead process left is ended first, and said. */
async function settleEarlier(operator: Operator, io: Io): Promise<void> {
  for (const { plan, status, error, verification } of await operator.recover({ wait: false }))
    io.err(`An earlier ${plan.action} was ${status}. ${error ?? verification?.detail ?? ''}\n`)
}

/** Plans, shows, asks and runs. Resolves to the exit code. */
export async function planAndRun(
  operator: Operator,
  target: string,
  action: { readonly name: string; readonly input: Input },
  values: Asking,
  io: Io,
): Promise<number> {
  const { name, input } = action
  const plan = await operator.plan(target, name, input)
  const planned = values['dry-run']
  if (!values.json) io.out(renderPlan(plan, io))
  else if (planned) io.out(`${JSON.stringify(plan, null, 2)}\n`)
  const holds = plan.preconditions.every((p) => p.holds)
  if (planned) return holds ? 0 : 2
  if (holds && !values.yes && !(await confirm('Run it?', io))) return 2
  const status = statusLine(io)
  const leave = operator.subscribe(({ progress, phase }) => {
    if (progress === undefined) status.say(phase ?? '')
    else status.bar(phase ?? name, progress)
  })
  const approval = { hash: plan.hash, actor: somebody() }
  const run = await operator.run(target, name, input, approval, { signal: io.stopped }).finally(() => {
    leave()
    status.clear()
  })
  io.out(values.json ? `${JSON.stringify(run, null, 2)}\n` : `\n${renderRun(run, io)}`)
  return exitOf(run)
}

function exitOf({ status, verification }: Run): number {
  if (status === 'refused') return 2
  if (status === 'cancelled') return 130
  return status === 'done' && verification?.ok === true ? 0 : 1
}
