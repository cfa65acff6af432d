import { AppError } from '../../core/errors.ts'
import { renderRecoveries, renderRunbookPlan, renderRunbookRun } from '../../render/runbook.ts'
import { renderTable } from '../../render/table.ts'
import { runbooks } from '../../runbooks/index.ts'
import { atMost, defineCommand } from '../command.ts'
import { confirm } from '../confirm.ts'
import type { Io } from '../io.ts'
import { statusLine } from '../status-line.ts'
import { somebody, withCare } from '../with-care.ts'

export default defineCommand({
  name: 'recover',
  summary: 'Find a way out of an incident, show it, and take it once approved',
  usage: [
    'pgtend recover',
    'pgtend recover <runbook> [url or configured name] [--dry-run] [--yes]',
    'pgtend recover history [url or configured name]',
  ],
  doc: 'Without a runbook it lists them. The plan names every session that is hit and every one that is spared, with the reason. A session that has changed since is left alone. When the server has no slot left, use the dashboard of a pgtend serve --allow-actions that runs already: it holds a connection in reserve. Exit code 0: recovered, or nothing to recover from; 1: not recovered; 2: not approved or refused.',
  options: {
    'dry-run': { type: 'boolean', help: 'Show the plan and change nothing' },
    yes: { type: 'boolean', help: 'Approve the plan without being asked: for scripts' },
    force: { type: 'boolean', help: 'Go on outside the maintenance window' },
    store: {
      type: 'string',
      value: 'file',
      help: 'The history, where recoveries are recorded; default ~/.local/share/pgtend/history.db',
    },
    config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
    json: { type: 'boolean', help: 'The plan or the recovery as JSON' },
  },
  lasting: true,
  async run(values, positionals, io) {
    const [name, given] = positionals
    atMost('recover', positionals, 2)
    const say = <T>(value: T, text: (value: T) => string) =>
      io.out(values.json ? `${JSON.stringify(value, null, 2)}\n` : text(value))
    if (name === undefined) {
      const shown = runbooks.map(({ name, title, doc, thresholds }) => ({ name, title, doc, thresholds }))
      say(shown, () => listed(io))
      return 0
    }
    const acts = name !== 'history' && !values['dry-run']
    return withCare(
      { given, store: values.store, config: values.config, acts },
      io,
      async ({ recovery }, id) => {
        if (name === 'history') {
          say(await recovery.history(id), (runs) => renderRecoveries(runs, io))
          return 0
        }
        const plan = await recovery.plan(id, name, { force: values.force })
        const planned = values['dry-run'] || plan.steps.length === 0 || plan.refused !== undefined
        if (planned || !values.json) say(plan, (p) => renderRunbookPlan(p, io))
        if (plan.refused !== undefined && !values['dry-run']) throw new AppError('cannot-plan', plan.refused)
        if (planned) return values['dry-run'] || !plan.detected ? 0 : 1
        if (!values.yes && !(await confirm('Run it?', io))) return 2
        const status = statusLine(io)
        const run = await recovery
          .run(id, name, {
            ...{ hash: plan.hash, actor: somebody() },
            onProgress: ({ steps }) => status.bar(plan.title, steps.length / plan.steps.length),
          })
          .finally(() => status.clear())
        say(run, (r) => `\n${renderRunbookRun(r, io)}`)
        return run.status === 'recovered' ? 0 : 1
      },
    )
  },
})

function listed(io: Io): string {
  const rows = runbooks.map(({ name, title, doc }) => [name, title, doc])
  return renderTable([{ title: 'Runbook' }, { title: 'When' }, { title: 'What', flexible: true }], rows, io)
}
