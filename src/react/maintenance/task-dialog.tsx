import { useQuery } from '@tanstack/react-query'
import { plural } from '../../core/format.ts'
import { ApprovalDialog } from '../actions/approval-dialog.tsx'
import { ChangedNotice } from '../actions/plan-dialog.tsx'
import { isChanged } from '../actions/use-planned-run.ts'
import { useRefusal } from '../actions/use-refusal.ts'
import { postJson } from '../api/client.ts'
import type { MaintenancePlan, ScheduleState } from '../api/upkeep-types.ts'
import { usePgtend } from '../context.tsx'
import { useRunTask } from '../hooks/use-maintenance.ts'
import { Failure } from '../ui/answer-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { TaskPlan } from './task-plan.tsx'
import { TaskProgress } from './task-progress.tsx'

export interface TaskDialogProps {
  readonly schedule: ScheduleState
  readonly onClose: () => void
}

/** What a task would do now, and a way to do it. */
export function TaskDialog({ schedule, onClose }: TaskDialogProps) {
  const { url, target } = usePgtend()
  const { task, title } = schedule
  const id = target?.id ?? ''
  const refusal = useRefusal()
  const run = useRunTask()
  const plan = useQuery({
    queryKey: ['pgtend-plan', url, id, 'maintenance', task],
    queryFn: () => postJson<MaintenancePlan>(`${url}/api/maintenance/plan`, { target: id, task }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  if (run.isPending || run.data)
    return <TaskProgress title={title} task={task} report={run.data} onClose={onClose} />

  const data = plan.isFetching ? undefined : plan.data
  const nothing = task !== 'backup' && data?.plans.length === 0
  return (
    <ApprovalDialog
      title={title}
      act={
        nothing
          ? undefined
          : data && data.plans.length > 0
            ? `${title}: ${plural(data.plans.length, 'action')}`
            : title
      }
      obstacle={refusal ?? data?.paused}
      ready={data !== undefined}
      starting={false}
      onApprove={() =>
        data &&
        run.mutate({ task, hash: data.hash }, { onError: (error) => isChanged(error) && void plan.refetch() })
      }
      onClose={onClose}
    >
      {isChanged(run.error) && <ChangedNotice />}
      {run.error && !isChanged(run.error) && <Failure error={run.error} />}
      {plan.error && !plan.isFetching && <Failure error={plan.error} onRetry={() => plan.refetch()} />}
      {plan.isFetching && <Skeleton lines={5} />}
      {data && <TaskPlan plan={data} />}
    </ApprovalDialog>
  )
}
