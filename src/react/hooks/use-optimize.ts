import { useMutation, useQueryClient } from '@tanstack/react-query'
import { postJson } from '../api/client.ts'
import type { OptimizeState } from '../api/query-types.ts'
import { usePgtend } from '../context.tsx'
import { useTargetData } from './use-target-data.ts'

export interface OptimizeInput {
  readonly seconds?: number
  readonly budgetMb?: number
}

/** How the advice for the whole workload stands, and what starts and cancels it. */
export function useOptimize() {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  const id = target?.id ?? ''
  const state = useTargetData<OptimizeState>('optimize', '/api/optimize', {
    every: (known) => (known?.state === 'running' ? 1_000 : 60_000),
  })
  const remember = (next: OptimizeState) => client.setQueryData(['pgtend', url, id, 'optimize'], next)
  const start = useMutation({
    mutationFn: (input: OptimizeInput) =>
      postJson<OptimizeState>(`${url}/api/optimize`, { target: id, ...input }),
    onSuccess: remember,
    // Another may have started one meanwhile.
    onError: () => state.refetch(),
  })
  const cancel = useMutation({
    mutationFn: () => postJson<OptimizeState>(`${url}/api/optimize/cancel`, { target: id }),
    onSuccess: remember,
  })
  return { state, start, cancel }
}
