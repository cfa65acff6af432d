import type { Run } from '../core/action.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Job } from './job.ts'

export interface RunFilter {
  readonly target?: string
  /** Begun then or later, epoch milliseconds. */
  readonly since?: number
  /** Default 100. */
  readonly limit?: number
}

/** Recorded runs, newest first. */
export async function listRuns(ledger: Ledger, filter: RunFilter = {}): Promise<readonly Run[]> {
  const entries = await ledger.list<Job>('job', { limit: 100, ...filter })
  return entries.map(({ value }) => runOf(value))
}

/** A run without what only its record is about. */
export function runOf(job: Run | Job): Run {
  const { owner: _, step: __, backend: ___, unsettled: ____, ...run } = job as Job
  if (run.status === 'running') return run
  const { progress: _____, phase: ______, ...ended } = run
  return ended
}
