import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ActionRef, Plan, Run } from '../api/action-types.ts'
import { ApiError, postJson } from '../api/client.ts'
import { usePgtend } from '../context.tsx'
import { rememberRun, useRuns } from '../hooks/use-runs.ts'

export const isChanged = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'plan-changed'

/** Plans an action, runs the plan that was approved, and follows it to its end. */
export function usePlannedRun({ name, input }: ActionRef) {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  const id = target?.id ?? ''
  const address = `${url}/api/actions/${encodeURIComponent(name)}`
  const [changed, setChanged] = useState(false)

  const plan = useQuery({
    // Apart from what events refresh: a plan must not change under the eyes of who reads it.
    queryKey: ['pgtend-plan', url, id, name, JSON.stringify(input)],
    queryFn: () => postJson<Plan>(`${address}/plan`, { target: id, input }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const start = useMutation({
    mutationFn: ({ hash }: Plan) => postJson<Run>(`${address}/run`, { target: id, input, hash }),
    onSuccess: (run) => {
      rememberRun(client, url, run)
      void client.invalidateQueries({ queryKey: ['pgtend', url, id, 'runs'] })
    },
    onError: (error) => {
      if (!isChanged(error)) return
      setChanged(true)
      void plan.refetch()
    },
  })
  const { data: runs } = useRuns()
  const started = start.data
  const run = started && (runs?.runs.find((r) => r.id === started.id) ?? started)
  return { plan, start, run, changed }
}

/** Asks a run to stop. */
export function useCancelRun() {
  const { url } = usePgtend()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (run: Run) => postJson(`${url}/api/runs/${encodeURIComponent(run.id)}/cancel`, {}),
    onSettled: (_, __, run) =>
      client.invalidateQueries({ queryKey: ['pgtend', url, run.plan.target, 'runs'] }),
  })
}
