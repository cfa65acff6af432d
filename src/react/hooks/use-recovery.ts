import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getJson, postJson } from '../api/client.ts'
import type { RecoveriesAnswer, RunbookPlan, RunbookRun, RunbooksAnswer } from '../api/upkeep-types.ts'
import { usePgtend } from '../context.tsx'
import { useTargetData } from './use-target-data.ts'

/** The recovery procedures that there are. They don't change while the server runs. */
export function useRunbooks() {
  const { url } = usePgtend()
  return useQuery({
    queryKey: ['pgtend', url, '*', 'runbooks'],
    queryFn: ({ signal }) => getJson<RunbooksAnswer>(`${url}/api/runbooks`, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Recoveries of the selected target, newest first. */
export const useRecoveries = () =>
  useTargetData<RecoveriesAnswer>('recoveries', '/api/recoveries', {
    every: (known) => (known?.recoveries.some((r) => r.status === 'running') ? 1_500 : 30_000),
  })

/** Plans a runbook and runs the plan that was approved. */
export function useRunbook(name: string, force: boolean) {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  const id = target?.id ?? ''
  const address = `${url}/api/runbooks/${encodeURIComponent(name)}`
  const plan = useQuery({
    // Apart from what events refresh: a plan must not change under the eyes of who reads it.
    queryKey: ['pgtend-plan', url, id, 'runbook', name, force],
    queryFn: () => postJson<RunbookPlan>(`${address}/plan`, { target: id, force }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const run = useMutation({
    mutationFn: ({ hash }: RunbookPlan) => postJson<RunbookRun>(`${address}/run`, { target: id, hash }),
    onSettled: () => {
      for (const kind of ['recoveries', 'runs', 'health', 'facts'])
        void client.invalidateQueries({ queryKey: ['pgtend', url, id, kind] })
    },
  })
  return { plan, run }
}
