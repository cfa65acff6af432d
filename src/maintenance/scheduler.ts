import type { Entry, Ledger } from '../core/ledger.ts'
import {
  type MaintenanceSettings,
  type ReportStatus,
  type ScheduleState,
  TASK_TITLES,
  TASKS,
  type Task,
} from '../core/maintenance.ts'
import type { Ports } from './ports.ts'
import { dueAt, nextTime } from './schedule.ts'
import { isInside, nextInside } from './window.ts'

/** How far a task has come, kept under the kind `schedule`. */
export interface ScheduleEntry {
  /** The last of its times that was dealt with, epoch milliseconds. */
  readonly handled: number
  readonly last?: { readonly at: number; readonly status: ReportStatus; readonly summary: string }
}

export interface TickOptions {
  readonly may: (task: Task) => boolean
  /** Whether something of the kind is under way, here or elsewhere. */
  readonly isBusy: (task: Task) => Promise<boolean>
  /** Begins the task; its time is claimed already. */
  readonly run: (task: Task) => void
}

/**
 * Looks at the clock for one target. A time is claimed in the ledger before it is run: of several processes one wins,
 * and one that is killed right after does not run it twice.
 */
export async function tickTarget(
  ports: Pick<Ports, 'ledger' | 'settings' | 'now'>,
  target: string,
  { may, isBusy, run }: TickOptions,
): Promise<void> {
  const { ledger, settings, now } = ports
  for (const task of TASKS) {
    if (!may(task)) continue
    const entry = await ledger.get<ScheduleEntry>('schedule', idOf(target, task))
    const { cron, inWindow } = settings.tasks[task]
    const times = { cron, timezone: settings.timezone }
    const due = dueAt(times, entry?.value.handled ?? null, now())
    if (due.kind === 'none') continue
    if (due.kind === 'run') {
      // Not claimed: it is due still when the window opens, or the other is done.
      if (inWindow && !isInside(settings.window, settings.timezone, now())) continue
      if (await isBusy(task)) continue
    }
    const claimed = await claim(ledger, target, task, entry, due.time)
    if (claimed && due.kind === 'run') run(task)
  }
}

const idOf = (target: string, task: Task): string => `${target}/${task}`

const claim = (
  ledger: Ledger,
  target: string,
  task: Task,
  entry: Entry<ScheduleEntry> | undefined,
  handled: number,
): Promise<boolean> =>
  ledger.write([
    {
      ...{ kind: 'schedule', id: idOf(target, task), target, at: handled },
      version: entry?.version ?? 0,
      value: { ...entry?.value, handled } satisfies ScheduleEntry,
    },
  ])

/** Notes how a task ended. */
async function ended(
  { ledger, now }: Pick<Ports, 'ledger' | 'now'>,
  target: string,
  task: Task,
  last: { readonly status: ReportStatus; readonly summary: string },
): Promise<void> {
  // Another may claim the next time meanwhile: then once more.
  for (let tries = 0; tries < 5; tries++) {
    const entry = await ledger.get<ScheduleEntry>('schedule', idOf(target, task))
    if (!entry) return
    const { kind, id, at, version, value } = entry
    const next: ScheduleEntry = { ...value, last: { at: now(), ...last } }
    if (await ledger.write([{ kind, id, target, at, version, value: next }])) return
  }
}

function stateOf(
  task: Task,
  settings: MaintenanceSettings,
  now: number,
  entry: ScheduleEntry | undefined,
  why: string | undefined,
): ScheduleState {
  const { cron, inWindow } = settings.tasks[task]
  const { timezone, window } = settings
  const times = { cron, timezone }
  const due = dueAt(times, entry?.handled ?? null, now)
  const time = due.kind === 'run' ? now : nextTime(times, now)
  const next = time === null ? null : inWindow ? nextInside(window, timezone, time) : time
  return {
    ...{ task, title: TASK_TITLES[task], cron, timezone, enabled: why === undefined },
    ...(inWindow ? { window } : {}),
    ...(why === undefined ? {} : { why }),
    next: why === undefined ? next : null,
    ...(entry?.last ? { last: entry.last } : {}),
  }
}

export const scheduleState = { of: stateOf, ended }
