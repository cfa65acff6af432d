import { randomUUID } from 'node:crypto'
import type { Actor, Plan } from '../core/action.ts'
import { AppError, toAppError } from '../core/errors.ts'
import type {
  ActionReport,
  MaintenancePlan,
  MaintenanceReport,
  ReportStatus,
  Task,
} from '../core/maintenance.ts'
import type { Operator } from '../operations/operator.ts'
import { setHash } from '../operations/set-hash.ts'
import { measureBloat } from './bloat.ts'
import { pauseReason } from './pause.ts'
import { planTask, type Wants } from './planner.ts'
import type { Look, Ports } from './ports.ts'
import { beginReport, ofRun, type ReportRecord } from './reports.ts'
import { isInside } from './window.ts'

/** The tasks of a round without a named one. A backup is asked for by name. */
const ALL: readonly Task[] = ['vacuum', 'analyze', 'reindex']

/** Looks, and plans all that a task calls for. Throws AppError where the target can't be looked at. */
export async function planRound(ports: Ports, target: string, task: Task | 'all'): Promise<MaintenancePlan> {
  const look = await ports.look(target)
  const paused = task === 'backup' ? undefined : pauseReason(look.condition)
  const { wanted, leftAlone } = await wants(ports, target, task, look)
  const plans: Plan[] = []
  const actions: ActionReport[] = []
  for (const want of wanted) {
    const base = { ...want, summary: '', sql: [], before: {}, bytesReclaimed: null }
    try {
      const plan = await ports.operator.plan(target, want.action, want.input)
      plans.push(plan)
      const sql = plan.steps.map((s) => s.sql)
      actions.push({ ...base, status: 'planned', summary: plan.summary, sql, before: plan.before })
    } catch (error) {
      const { code, message } = toAppError(error)
      // A table that is gone by now spoils nothing for the others; a server that is gone spoils it all.
      if (code !== 'cannot-plan') throw error
      actions.push({ ...base, status: 'impossible', error: message })
    }
  }
  const hash = setHash(`${target} ${task}`, plans)
  return { target, task, ...(paused ? { paused } : {}), actions, plans, leftAlone, hash }
}

async function wants(ports: Ports, target: string, task: Task | 'all', look: Look): Promise<Wants> {
  const tasks = task === 'all' ? ALL : [task]
  const { settings, thresholds } = ports
  const measured = tasks.some((t) => t === 'vacuum' || t === 'reindex')
  const facts = { ...look.facts, ...(measured ? { bloats: await bloatsOf(ports, target) } : {}) }
  const inWindow = isInside(settings.window, settings.timezone, ports.now())
  const each = tasks.map((t) => planTask(t, facts, look.context, { settings, thresholds, inWindow }))
  const seen = new Set<string>()
  const wanted = each
    .flatMap((w) => w.wanted)
    // VACUUM (ANALYZE) has renewed the statistics already; an index may be invalid and bloated.
    .filter(({ action, subject }) => {
      if (action === 'analyze' && (seen.has(`vacuum ${subject}`) || seen.has(`vacuum-full ${subject}`)))
        return false
      if (seen.has(`${action} ${subject}`)) return false
      seen.add(`${action} ${subject}`)
      return true
    })
  const said = new Set<string>()
  const leftAlone = each
    .flatMap((w) => w.leftAlone)
    .filter(({ subject, reason }) => !said.has(`${subject} ${reason}`) && said.add(`${subject} ${reason}`))
  return { wanted, leftAlone }
}

async function bloatsOf(ports: Ports, target: string) {
  const session = await ports.open(target)
  try {
    return await measureBloat((work) => session.read(work))
  } finally {
    await session.close()
  }
}

export interface RoundOptions {
  readonly task: Task | 'all'
  readonly dryRun: boolean
  readonly actor: Actor
  /** Of the plan that a person approved. */
  readonly hash?: string
  readonly signal: AbortSignal
  readonly onProgress?: (report: MaintenanceReport) => void
}

/** Plans anew and runs one action after the other. A failure of one does not keep the others from being tried. */
export async function runRound(ports: Ports, target: string, o: RoundOptions): Promise<MaintenanceReport> {
  const { task, actor, dryRun, signal } = o
  const plan = await planRound(ports, target, task)
  if (o.hash !== undefined && o.hash !== plan.hash)
    throw new AppError('plan-changed', `maintenance of ${target} calls for something else by now`)
  if (!dryRun && !ports.operator.allowed) throw new AppError('not-allowed', `maintenance of ${target}`)
  const record = await beginReport(ports.ledger, {
    ...{ id: randomUUID(), target, task, actor, dryRun, status: 'running', startedAt: ports.now() },
    ...{ actions: plan.actions, leftAlone: plan.leftAlone },
    ...{ bytesReclaimed: 0, deadRowsRemoved: 0, summary: '' },
  })
  o.onProgress?.(record.report)
  const tell = async (change: Partial<MaintenanceReport>) => {
    await record.write(change)
    o.onProgress?.(record.report)
  }
  const end = async (status: ReportStatus, reason?: string) => {
    await tell({ status, endedAt: ports.now(), ...(reason === undefined ? {} : { reason }) })
    return record.report
  }
  if (dryRun) return end(plan.paused ? 'paused' : 'done', plan.paused)
  if (task === 'backup') return backUp(ports, target, end, tell)
  if (plan.paused) return end('paused', plan.paused)
  try {
    for (const [n, action] of plan.actions.entries()) {
      if (action.status !== 'planned') continue
      const why = signal.aborted ? 'pgtend was told to stop' : pausedNow(ports, target)
      if (why !== undefined) return await end(signal.aborted ? 'interrupted' : 'paused', why)
      const update = (next: ActionReport) => tell({ actions: record.report.actions.with(n, next) })
      await update({ ...action, status: 'running' })
      await update(await runOne(ports.operator, target, action, actor, signal))
    }
  } catch (error) {
    return end('failed', toAppError(error).message)
  }
  return end(...verdict(record, signal))
}

function pausedNow({ condition }: Ports, target: string): string | undefined {
  const now = condition(target)
  return now && pauseReason(now)
}

async function runOne(
  operator: Operator,
  target: string,
  action: ActionReport,
  actor: Actor,
  signal: AbortSignal,
): Promise<ActionReport> {
  try {
    // Planned again right before: minutes may have passed with the actions before it.
    const { hash } = await operator.plan(target, action.action, action.input)
    return ofRun(action, await operator.run(target, action.action, action.input, { hash, actor }, { signal }))
  } catch (error) {
    const { code, message } = toAppError(error)
    if (code === 'cannot-plan') return { ...action, status: 'impossible', error: message }
    if (code === 'already-running' || code === 'plan-changed')
      return { ...action, status: 'refused', error: message }
    return { ...action, status: 'failed', error: message }
  }
}

function verdict({ report }: ReportRecord, signal: AbortSignal): [ReportStatus, string?] {
  if (signal.aborted) return ['interrupted', 'pgtend was told to stop']
  const bad = report.actions.filter((a) => a.status !== 'done')
  if (bad.length === 0) return ['done']
  return [bad.length < report.actions.length ? 'partly' : 'failed']
}

async function backUp(
  { backup }: Ports,
  target: string,
  end: (status: ReportStatus, reason?: string) => Promise<MaintenanceReport>,
  tell: (change: Partial<MaintenanceReport>) => Promise<void>,
): Promise<MaintenanceReport> {
  if (!backup) return end('failed', 'backups are not set up')
  try {
    const { ok, summary } = await backup(target)
    await tell({ backup: summary })
    return await end(ok ? 'done' : 'failed')
  } catch (error) {
    return end('failed', toAppError(error).message)
  }
}
