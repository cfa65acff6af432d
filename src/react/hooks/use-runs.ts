import type { QueryClient } from '@tanstack/react-query'
import type { Run, RunsAnswer } from '../api/action-types.ts'
import { usePgtend } from '../context.tsx'
import { useTargetData } from './use-target-data.ts'

/** Milliseconds between looks at a run that goes on, where events may be missed. */
const LOOK = { live: 5_000, polling: 1_500 } as const

/** Runs of actions on the selected target, newest first. Events keep them up to date. */
export function useRuns() {
  const { live } = usePgtend()
  const look = live === 'live' ? LOOK.live : LOOK.polling
  return useTargetData<RunsAnswer>('runs', '/api/runs', {
    every: (known) => (known?.runs.some((r) => r.status === 'running') ? look : 60_000),
  })
}

/** Puts a run into what is known: in the place of its earlier state, else as the newest. */
export function rememberRun(client: QueryClient, url: string, run: Run): void {
  client.setQueryData<RunsAnswer>(['pgtend', url, run.plan.target, 'runs'], (known) => {
    if (!known) return known
    const old = known.runs.find((r) => r.id === run.id)
    // An answer that was under way when the run ended must not bring it back to life.
    if (old && old.status !== 'running' && run.status === 'running') return known
    return { runs: old ? known.runs.map((r) => (r.id === run.id ? run : r)) : [run, ...known.runs] }
  })
}
