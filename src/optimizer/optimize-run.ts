/** One run of the workload's optimization: pure data for every surface. */
import type { WorkloadAdvice } from './advice.ts'
import type { Progress } from './advise.ts'

/** `watch` the statements, `rebuild` the database in the private planner, then as the advisor does. */
export interface OptimizeProgress extends Omit<Progress, 'step'> {
  readonly step: 'watch' | 'rebuild' | Progress['step']
}

/** What one run found, and how long its parts took. */
export interface OptimizeReport {
  readonly target: string
  /** When it ended, epoch milliseconds. */
  readonly at: number
  readonly advice: WorkloadAdvice
  readonly seconds: { readonly watch: number; readonly rebuild: number; readonly advise: number }
}

/** How it stands with a target. The report of the run before stays while another runs, and when that fails. */
export interface OptimizeState {
  readonly state: 'never' | 'running' | 'done' | 'failed'
  readonly progress?: OptimizeProgress
  readonly report?: OptimizeReport
  /** Of the last run, where it failed or was cancelled. */
  readonly error?: {
    readonly code: string
    readonly message: string
    readonly detail: string
    readonly remedy: string
  }
}
