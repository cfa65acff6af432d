import { actions } from '../../actions/index.ts'
import type { Action } from '../../core/action.ts'
import { parseInput } from '../../operations/input.ts'
import { findAction } from '../../operations/planner.ts'
import { renderTable } from '../../render/table.ts'
import { atMost, defineCommand } from '../command.ts'
import { loadConfig } from '../config-file.ts'
import type { Io } from '../io.ts'
import { chooseTarget } from '../target.ts'
import { ASKING, planAndRun, withOperator } from '../with-operator.ts'

export default defineCommand({
  name: 'act',
  summary: 'Plan an action, show what it would do, and do it once approved',
  usage: [
    'pgtend act',
    'pgtend act <action> <name>=<value>… [url or configured name] [--dry-run] [--yes]',
    'pgtend act vacuum table=orders',
  ],
  doc: 'Without an action it lists them. The plan says what would be run, what it locks, what must hold, who is hit and how it is taken back. It connects by the actionUrl of a configured target, else by its URL, and needs a direct connection. Ctrl-C cancels what runs. Exit code 0: done and verified; 1: failed, or not what was wanted; 2: can not be planned or refused; 130: cancelled.',
  options: ASKING,
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
    const chosen = chooseTarget(others[0], config, io.env)
    const asked = { store: values.store, config, dryRun: values['dry-run'], target: async () => chosen }
    return withOperator(asked, io, (operator, id) => planAndRun(operator, id, { name, input }, values, io))
  },
})

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
