import type { MaintenanceReport, ReportStatus } from '../api/upkeep-types.ts'
import type { Tone } from '../ui/badge.tsx'

export const REPORT_STATES: Record<ReportStatus, readonly [Tone, string]> = {
  running: ['info', 'Running'],
  done: ['ok', 'Done'],
  partly: ['warning', 'Partly done'],
  failed: ['critical', 'Failed'],
  paused: ['warning', 'Paused'],
  interrupted: ['warning', 'Interrupted'],
}

/** As the schedule names them. */
export const TASK_TITLES: Record<MaintenanceReport['task'], string> = {
  vacuum: 'Remove dead rows',
  analyze: 'Renew planner statistics',
  reindex: 'Rebuild indexes',
  backup: 'Back up',
  all: 'All tasks',
}
