import type { Actor, Input, Plan, RunStatus } from './action.ts'
import type { Mended } from './mended.ts'

/** What is done at regular times. `backup` is carried out by src/backup. */
export const TASKS = ['vacuum', 'analyze', 'reindex', 'backup'] as const
export type Task = (typeof TASKS)[number]

/** The names of the tasks for people. */
export const TASK_TITLES: Readonly<Record<Task, string>> = {
  vacuum: 'Remove dead rows',
  analyze: 'Renew planner statistics',
  reindex: 'Rebuild indexes',
  backup: 'Back up',
}

/** When a task runs. */
export interface TaskSettings {
  readonly enabled: boolean
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  readonly cron: string
  /** Only inside the maintenance window; a time outside it waits until the window opens. */
  readonly inWindow: boolean
}

/** A stretch of each day by the wall clock, `HH:MM`. It may reach over midnight. */
export interface DailyWindow {
  readonly from: string
  readonly to: string
}

export interface MaintenanceSettings {
  /** Whether tasks run by themselves at their times. Off until somebody says so. */
  readonly enabled: boolean
  /** IANA name: what the times and the window are told in. */
  readonly timezone: string
  readonly window: DailyWindow
  readonly tasks: Readonly<Record<Task, TaskSettings>>
  /** Whether VACUUM FULL may be planned; it keeps everybody out of the table while it runs. */
  readonly vacuumFull: boolean
  /** Share of a table's file that must be free or dead before VACUUM FULL, 0 to 1. */
  readonly tableBloat: number
  /** Share of an index that must be free before REINDEX CONCURRENTLY, 0 to 1. */
  readonly indexBloat: number
}

/** One action that maintenance wants, before it is planned. */
export interface Wanted {
  readonly action: string
  readonly input: Input
  /** `schema.table`, or the index. */
  readonly subject: string
  /** One sentence with the figures that call for it. */
  readonly because: string
}

/** Something that was looked at and is left alone, with the reason. */
export interface LeftAlone {
  readonly subject: string
  readonly reason: string
}

/** One action of a report, with what was measured before and after. */
export interface ActionReport extends Wanted {
  readonly summary: string
  readonly sql: readonly string[]
  /** `planned`: a dry run. `impossible`: it could not be planned, `error` says why. */
  readonly status: RunStatus | 'planned' | 'impossible'
  readonly run?: string
  readonly seconds?: number
  readonly before: Readonly<Record<string, number | null>>
  readonly after?: Readonly<Record<string, number | null>>
  /** Bytes by which it made the relation smaller; null where sizes are not measured. */
  readonly bytesReclaimed: number | null
  readonly error?: string
  readonly detail?: string
  /** Findings that it was to mend, and what the next looks say came of them. Absent until somebody has looked. */
  readonly mended?: readonly Mended[]
}

/**
 * `paused`: stopped for the database's state, `reason` says which. `interrupted`: pgtend ended meanwhile.
 * `partly`: some actions failed.
 */
export type ReportStatus = 'running' | 'done' | 'partly' | 'failed' | 'paused' | 'interrupted'

/** What one round of maintenance did. */
export interface MaintenanceReport {
  readonly id: string
  readonly target: string
  readonly task: Task | 'all'
  readonly actor: Actor
  readonly dryRun: boolean
  readonly status: ReportStatus
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly endedAt?: number
  readonly reason?: string
  readonly actions: readonly ActionReport[]
  readonly leftAlone: readonly LeftAlone[]
  readonly bytesReclaimed: number
  readonly deadRowsRemoved: number
  /** What the backup said, where the task was one. */
  readonly backup?: string
  /** One sentence. */
  readonly summary: string
}

/** A task's place in time, for people. */
export interface ScheduleState {
  readonly task: Task
  readonly title: string
  readonly cron: string
  readonly timezone: string
  readonly window?: DailyWindow
  readonly enabled: boolean
  /** Why it does not run by itself. */
  readonly why?: string
  /** Epoch milliseconds; null when it does not run by itself. */
  readonly next: number | null
  readonly last?: { readonly at: number; readonly status: ReportStatus; readonly summary: string }
}

/** What a round would do now. `hash` is what a person approves. */
export interface MaintenancePlan {
  readonly target: string
  readonly task: Task | 'all'
  /** Why it would not begin now. */
  readonly paused?: string
  readonly actions: readonly ActionReport[]
  readonly plans: readonly Plan[]
  readonly leftAlone: readonly LeftAlone[]
  readonly hash: string
}
