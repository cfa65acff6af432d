import { AppError } from '../../core/errors.ts'
import { type MaintenanceReport, TASKS, type Task } from '../../core/maintenance.ts'
import { nearest } from '../../core/nearest.ts'
import type { Maintenance } from '../../maintenance/maintenance.ts'
import {
  renderMaintenanceHistory,
  renderMaintenancePlan,
  renderMaintenanceReport,
  renderSchedules,
} from '../../render/maintenance.ts'
import { atMost, defineCommand, type Values } from '../command.ts'
import { confirm } from '../confirm.ts'
import type { Io } from '../io.ts'
import { statusLine } from '../status-line.ts'
import { somebody, withCare } from '../with-care.ts'

const OPTIONS = {
  task: { type: 'string', value: TASKS.join('|'), help: 'Only this; default vacuum, analyze and reindex' },
  'dry-run': { type: 'boolean', help: 'Report what a run would do and change nothing' },
  yes: { type: 'boolean', help: 'Approve the plan without being asked: for scripts' },
  store: {
    type: 'string',
    value: 'file',
    help: 'The history, where reports are kept; default ~/.local/share/pgtend/history.db',
  },
  config: { type: 'string', value: 'file', help: 'Configuration; default pgtend.config.ts or .json here' },
  json: { type: 'boolean', help: 'The answer as JSON' },
} as const

export default defineCommand({
  name: 'maintain',
  summary: 'Do the maintenance that a database calls for, or see when it is done',
  usage: [
    'pgtend maintain plan [url or configured name] [--task <task>]',
    'pgtend maintain run [url or configured name] [--task <task>] [--dry-run] [--yes]',
    'pgtend maintain schedule [url or configured name]',
    'pgtend maintain history [url or configured name]',
  ],
  doc: 'Plans only what health calls for: VACUUM where many rows are dead, ANALYZE where statistics are stale, a rebuild of invalid and bloated indexes. Waits while the database is not well for other reasons. Schedules run in pgtend serve, where maintenance.enabled is set. Exit code of run: 0 done, 1 partly or not, 2 not approved or misuse.',
  options: OPTIONS,
  lasting: true,
  async run(values, positionals, io) {
    const [form = 'plan', ...args] = positionals
    const run = Object.hasOwn(FORMS, form) ? FORMS[form] : undefined
    if (!run) {
      const close = nearest(form, Object.keys(FORMS))
      const hint = close === undefined ? 'see pgtend maintain --help' : `did you mean ${close}?`
      throw new AppError('usage', `pgtend maintain has no ${form}; ${hint}`)
    }
    atMost(`maintain ${form}`, args, 1)
    const acts = form === 'run' && !values['dry-run']
    const asked = { given: args[0], store: values.store, config: values.config, acts }
    return withCare(asked, io, ({ maintenance }, id) => run(maintenance, id, values, io))
  },
})

type Given = Values<typeof OPTIONS>
type Form = (maintenance: Maintenance, id: string, values: Given, io: Io) => Promise<number>

function taskOf({ task }: Given): Task | undefined {
  if (task === undefined) return undefined
  const found = TASKS.find((t) => t === task)
  if (found) return found
  const close = nearest(task, TASKS)
  throw new AppError(
    'usage',
    `there is no task "${task}"${close ? `; did you mean ${close}?` : `: ${TASKS.join(', ')}`}`,
  )
}

const said = <T>(value: T, text: (value: T) => string, { json }: Given, io: Io): void =>
  io.out(json ? `${JSON.stringify(value, null, 2)}\n` : text(value))

const FORMS: Readonly<Record<string, Form>> = {
  async plan(maintenance, id, values, io) {
    said(await maintenance.plan(id, taskOf(values)), (p) => renderMaintenancePlan(p, io), values, io)
    return 0
  },
  async run(maintenance, id, values, io) {
    const task = taskOf(values)
    const chosen = task === undefined ? {} : { task }
    const ended = (report: MaintenanceReport): number => {
      said(report, (r) => renderMaintenanceReport(r, io), values, io)
      return report.status === 'done' ? 0 : 1
    }
    const actor = somebody()
    if (values['dry-run'])
      return ended(await maintenance.performMaintenance(id, { ...chosen, dryRun: true, actor }))
    const plan = await maintenance.plan(id, task)
    if (!values.json) io.out(renderMaintenancePlan(plan, io))
    const asks = plan.plans.length > 0 && plan.paused === undefined
    if (asks && !values.yes && !(await confirm(`Run ${plan.plans.length === 1 ? 'it' : 'them'}?`, io)))
      return 2
    const status = statusLine(io)
    const report = await maintenance
      .performMaintenance(id, {
        ...{ ...chosen, actor, signal: io.stopped },
        ...(task === 'backup' ? {} : { hash: plan.hash }),
        onProgress: ({ actions }) => {
          const at = actions.find((a) => a.status === 'running')
          if (at) status.say(at.summary)
        },
      })
      .finally(() => status.clear())
    return ended(report)
  },
  async schedule(maintenance, id, values, io) {
    said(await maintenance.schedules(id), (s) => renderSchedules(s, io), values, io)
    return 0
  },
  async history(maintenance, id, values, io) {
    said(await maintenance.history(id), (h) => renderMaintenanceHistory(h, io), values, io)
    return 0
  },
}
