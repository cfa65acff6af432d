import { mkdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { createActing } from '../../action-service.ts'
import { actions } from '../../actions/index.ts'
import type { Action, Input, Run } from '../../core/action.ts'
import type { Config, TargetConfig } from '../../monitor/config.ts'
import { identify } from '../../monitor/identify.ts'
import { parseInput } from '../../operations/input.ts'
import type { Operator } from '../../operations/operator.ts'
import { findAction } from '../../operations/planner.ts'
import { redactUrl } from '../../postgres/url.ts'
import { renderPlan, renderRun } from '../../render/plan.ts'
import { renderTable } from '../../render/table.ts'
import { openStore } from '../../store/open-store.ts'
import { atMost, defineCommand, type Values } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import { confirm } from '../confirm.ts'
import { storePathOf, tell } from '../host.ts'
import type { Io } from '../io.ts'
import { statusLine } from '../status-line.ts'
import { chooseTarget } from '../target.ts'

const OPTIONS = {
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

export default defineCommand({
  name: 'act',
  summary: 'Plan an action, show what it would do, and do it once approved',
  usage: [
    'pgtend act',
    'pgtend act <action> <name>=<value>… [url or configured name] [--dry-run] [--yes]',
    'pgtend act vacuum table=orders',
  ],
  doc: 'Without an action it lists them. The plan says what would be run, what it locks, what must hold, who is hit and how it is taken back. It connects by the actionUrl of a configured target, else by its URL, and needs a direct connection. Ctrl-C cancels what runs. Exit code 0: done and verified; 1: failed, or not what was wanted; 2: can not be planned or refused; 130: cancelled.',
  options: OPTIONS,
  lasting: true,
  async run(values, positionals, io) {
    const [name, ...rest] = positionals
    if (name === undefined) {
      io.out(values.json ? `${JSON.stringify(actions.map(describe), null, 2)}\n` : listed(io))
      return 0
    }
    const action = findAction(actions, name)
    const pairs = rest.flatMap((text) => {
      const pair = /^([a-z_]+)=(.*)$/s.exec(text)
      return pair ? [[pair[1] as string, pair[2] as string] as const] : []
    })
    const others = rest.filter((text) => !/^[a-z_]+=/.test(text))
    atMost(`act ${name}`, others, 1)
    const input = parseInput(action, pairs)
    const config = await loadConfig(io, values.config)
    const target = chooseTarget(others[0], config, io.env)
    return withOperator(target, config, values, io, (operator, id) =>
      act(operator, id, action, input, values, io),
    )
  },
})

type Given = Values<typeof OPTIONS>

async function act(
  operator: Operator,
  target: string,
  { name }: Action,
  input: Input,
  values: Given,
  io: Io,
): Promise<number> {
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
  const approval = { hash: plan.hash, actor: { kind: 'person', name: userInfo().username } } as const
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

/** An operator over the history that `pgtend serve` uses too: one action at a time on each table, whoever began it. */
async function withOperator(
  target: TargetConfig,
  config: Config,
  values: Given,
  io: Io,
  work: (operator: Operator, id: string) => Promise<number>,
): Promise<number> {
  const path = storePathOf(io, values.store, config)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const store = await openStore({ path })
  // Under the id that the history knows it by.
  const same = config.targets.findIndex((t) => t.url === target.url)
  const targets = same >= 0 ? config.targets : [target]
  const id = identify(targets, redactUrl)[Math.max(same, 0)]?.id as string
  const acting = createActing({ targets, config, store, allow: true, env: io.env, onError: tell(io) })
  try {
    if (!values['dry-run']) {
      for (const run of await acting.operator.recover({ wait: false })) {
        io.err(
          `An earlier ${run.plan.action} was ${run.status}. ${run.error ?? run.verification?.detail ?? ''}\n`,
        )
      }
    }
    return await work(acting.operator, id)
  } finally {
    await acting.stop()
    await store.close()
  }
}

const describe = ({ name, title, doc, needs, input }: Action) => ({ name, title, doc, needs, input })

function listed(io: Io): string {
  const rows = actions.map(({ name, title, input }) => [
    name,
    title,
    Object.entries(input)
      .map(([key, { optional }]) => (optional ? `[${key}]` : key))
      .join(' '),
  ])
  return renderTable([{ title: 'Action' }, { title: 'What' }, { title: 'Takes', flexible: true }], rows, io)
}
