import { useMutation, useQueryClient } from '@tanstack/react-query'
import { postJson } from '../api/client.ts'
import type { MaintenanceAnswer, MaintenanceReport, Task } from '../api/upkeep-types.ts'
import { usePgtend } from '../context.tsx'
import { useTargetData } from './use-target-data.ts'

/** Schedules of the selected target and what they did. */
export const useMaintenance = () =>
  useTargetData<MaintenanceAnswer>('maintenance', '/api/maintenance', {
    every: (known) => (known?.reports.some((r) => r.status === 'running') ? 2_000 : 30_000),
  })

/** Runs a task now. */
export function useRunTask() {
  const { url, target } = usePgtend()
  const client = useQueryClient()
  const id = target?.id ?? ''
  return useMutation({
    mutationFn: ({ task, hash }: { task: Task; hash: string }) =>
      postJson<MaintenanceReport>(`${url}/api/maintenance/run`, {
        ...{ target: id, task },
        // A backup changes nothing: there is no plan of it to approve.
        ...(task === 'backup' ? {} : { hash }),
      }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['pgtend', url, id, 'maintenance'] })
      void client.invalidateQueries({ queryKey: ['pgtend', url, id, 'runs'] })
    },
  })
}
