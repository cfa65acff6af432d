import type { Run } from '../api/action-types.ts'
import type { RunbookRun } from '../api/upkeep-types.ts'

/** A run by itself, or the runs that were the steps of one recovery. */
export type Entry =
  | { readonly id: string; readonly run: Run }
  | { readonly id: string; readonly recovery: RunbookRun; readonly runs: readonly Run[] }

/** Runs in their order; those of one recovery are one entry in the place of the first of them. */
export function foldRuns(runs: readonly Run[], recoveries: readonly RunbookRun[]): readonly Entry[] {
  const recoveryOf = new Map(
    recoveries.flatMap((recovery) =>
      recovery.steps.flatMap(({ run }) => (run === undefined ? [] : [[run, recovery] as const])),
    ),
  )
  const parts = Map.groupBy(runs, ({ id }) => recoveryOf.get(id))
  return runs.flatMap((run): Entry[] => {
    const recovery = recoveryOf.get(run.id)
    if (!recovery) return [{ id: run.id, run }]
    const steps = parts.get(recovery) ?? []
    return steps[0] === run ? [{ id: recovery.id, recovery, runs: steps }] : []
  })
}
