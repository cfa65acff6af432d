import type { Plan } from '../../core/action.ts'
import type { BackupRecord } from '../../core/backup.ts'
import type { ActionReport, LeftAlone, MaintenanceReport, ScheduleState } from '../../core/maintenance.ts'
import type { Runbook, RunbookRun } from '../../core/runbook.ts'

export type { BackupRecord } from '../../core/backup.ts'
export type {
  ActionReport,
  MaintenanceReport,
  ReportStatus,
  ScheduleState,
  Task,
} from '../../core/maintenance.ts'
export type { RecoveryStatus, RunbookPlan, RunbookRun } from '../../core/runbook.ts'

/** The answer of `GET /api/maintenance`, reports newest first. */
export interface MaintenanceAnswer {
  readonly schedules: readonly ScheduleState[]
  readonly reports: readonly MaintenanceReport[]
}

/** The answer of `POST /api/maintenance/plan`. */
export interface MaintenancePlan {
  readonly task: MaintenanceReport['task']
  /** Why it would not begin now. */
  readonly paused?: string
  /** What is wanted and why; what can't be planned is among them. */
  readonly actions: readonly ActionReport[]
  readonly plans: readonly Plan[]
  readonly leftAlone: readonly LeftAlone[]
  readonly hash: string
}

/** A row of `GET /api/runbooks`. */
export interface RunbookInfo extends Pick<Runbook, 'name' | 'title' | 'doc' | 'rules' | 'inWindow'> {
  /** Whether it may run without anybody approving, and how often. */
  readonly policy: { readonly enabled: boolean; readonly perHour: number }
}

export interface RunbooksAnswer {
  readonly runbooks: readonly RunbookInfo[]
}

/** The answer of `GET /api/recoveries`, newest first. */
export interface RecoveriesAnswer {
  readonly recoveries: readonly RunbookRun[]
}

/** The answer of `GET /api/backups`, newest first. */
export interface BackupsAnswer {
  readonly directory: string
  readonly backups: readonly BackupRecord[]
}
