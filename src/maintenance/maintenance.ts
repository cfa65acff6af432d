import type { Actor } from '../core/action.ts'
import { AppError } from '../core/errors.ts'
import {
  type MaintenancePlan,
  type MaintenanceReport,
  type ScheduleState,
  TASKS,
  type Task,
} from '../core/maintenance.ts'
import { beTheOnly, isTaken } from '../operations/single-runner.ts'
import { withMended } from './mended.ts'
import type { Ports } from './ports.ts'
import { interrupt, reportsOf } from './reports.ts'
import { planRound, runRound } from './round.ts'
import { type ScheduleEntry, scheduleState, tickTarget } from './scheduler.ts'

/** Among so many of the newest reports are those that a dead process left. */
const RECENT = 20

export interface PerformOptions {
  /** All but backups unless told. */
  readonly task?: Task
  /** Plans and reports, and changes nothing. */
  readonly dryRun?: boolean
  readonly actor: Actor
  /** Of the plan that was approved: refused with `plan-changed` when it calls for something else by now. */
  readonly hash?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (report: MaintenanceReport) => void
}

/** Keeps databases in order: at set times, or now. */
export interface Maintenance {
  schedules(target: string): Promise<readonly ScheduleState[]>
  /** What a task calls for now, with each plan. */
  plan(target: string, task?: Task): Promise<MaintenancePlan>
  /** Runs what is called for, one action after the other. Throws AppError: `already-running`, `not-allowed`, `plan-changed`. */
  performMaintenance(target: string, options: PerformOptions): Promise<MaintenanceReport>
  /** Newest first. */
  history(target: string, limit?: number): Promise<readonly MaintenanceReport[]>
  /** Ends the reports that a dead process left. After `Operator.recover()`, whose runs say what was done. */
  recover(): Promise<readonly MaintenanceReport[]>
  /** Begins to run tasks at their times. */
  start(): void
  stop(): Promise<void>
}

/** A backup may go on beside the rest. */
const lane = (task: Task | 'all'): string => (task === 'backup' ? 'backup' : 'maintenance')

export function createMaintenance(targets: readonly string[], ports: Ports): Maintenance {
  const { ledger, operator, owner, settings } = ports
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  let timer: NodeJS.Timeout | undefined

  const known = (target: string): void => {
    if (!targets.includes(target)) throw new AppError('unknown-target', `"${target}"`)
  }
  const perform = async (target: string, o: PerformOptions): Promise<MaintenanceReport> => {
    known(target)
    const task: Task | 'all' = o.task ?? 'all'
    const dryRun = o.dryRun ?? false
    const round = { ...o, task, dryRun, signal: stopping.signal }
    const signals = o.signal ? [stopping.signal, o.signal] : [stopping.signal]
    if (dryRun) return runRound(ports, target, { ...round, signal: AbortSignal.any(signals) })
    const sole = await beTheOnly({ ledger, owner, target, what: lane(task), run: o.actor.name })
    if (!sole) throw new AppError('already-running', `${lane(task)} of ${target}`)
    try {
      return await runRound(ports, target, { ...round, signal: AbortSignal.any([...signals, sole.lost]) })
    } finally {
      await sole.release()
    }
  }
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    running.add(work)
    const forget = () => running.delete(work)
    work.then(forget, forget)
    return work
  }
  const why = (task: Task): string | undefined => {
    if (task === 'backup' && !ports.backup) return 'backups are not set up'
    if (!settings.enabled) return 'maintenance.enabled is off: tasks run only when somebody asks'
    if (!settings.tasks[task].enabled) return `maintenance.tasks.${task}.enabled is off`
    return operator.allowed ? undefined : 'pgtend may not change anything here: start it with --allow-actions'
  }
  const recover = async (): Promise<readonly MaintenanceReport[]> => {
    const ended: MaintenanceReport[] = []
    for (const target of targets) {
      const entries = await reportsOf(ledger, target, RECENT)
      for (const entry of entries.filter((e) => e.value.status === 'running')) {
        if (await isTaken(ledger, target, lane(entry.value.task))) continue
        const runs = await operator.runs({ target, since: entry.value.startedAt, limit: 1000 })
        // What its last action came to is not known yet.
        if (runs.some((r) => r.status === 'running' && r.actor.name === entry.value.actor.name)) continue
        const report = await interrupt(ledger, entry, runs)
        if (report) ended.push(report)
      }
    }
    return ended
  }
  const tick = async (): Promise<void> => {
    await recover()
    for (const target of targets) {
      await tickTarget(ports, target, {
        may: (task) => why(task) === undefined,
        isBusy: (task) => isTaken(ledger, target, lane(task)),
        run: (task) =>
          void tracked(perform(target, { task, actor: { kind: 'schedule', name: task } }))
            .then((report) => ({ status: report.status, summary: report.summary }))
            .catch((error: Error) => ({ status: 'failed' as const, summary: error.message }))
            .then((last) => scheduleState.ended(ports, target, task, last))
            .catch(ports.onError),
      })
    }
  }
  let ticking: Promise<void> = Promise.resolve()

  return {
    async schedules(target) {
      known(target)
      return Promise.all(
        TASKS.map(async (task) => {
          const entry = await ledger.get<ScheduleEntry>('schedule', `${target}/${task}`)
          return scheduleState.of(task, settings, ports.now(), entry?.value, why(task))
        }),
      )
    },
    async plan(target, task) {
      known(target)
      return planRound(ports, target, task ?? 'all')
    },
    performMaintenance: (target, o) => tracked(perform(target, o)),
    async history(target, limit) {
      known(target)
      const reports = (await reportsOf(ledger, target, limit)).map((e) => e.value)
      return withMended(ports, target, reports)
    },
    recover,
    start() {
      if (timer) return
      const look = () => {
        ticking = ticking.then(tick).catch(ports.onError)
      }
      look()
      timer = setInterval(look, ports.lookEvery)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      stopping.abort()
      await ticking
      await Promise.allSettled([...running])
    },
  }
}
