import { useState } from 'react'
import type { ActionRef } from '../api/action-types.ts'
import { useActions } from '../hooks/use-actions.ts'
import { Failure } from '../ui/answer-state.tsx'
import { Notice } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ApprovalDialog } from './approval-dialog.tsx'
import { Options } from './options.tsx'
import { obstacleOf, PlanDetails } from './plan-details.tsx'
import { RunDialog } from './run-dialog.tsx'
import { isChanged, usePlannedRun } from './use-planned-run.ts'
import { useRefusal } from './use-refusal.ts'
import { actOf, objectOf } from './words.ts'

export interface PlanDialogProps {
  readonly action: ActionRef
  readonly onClose: () => void
}

/** Plans an action, asks for approval of just that plan, runs it and says what came of it. */
export function PlanDialog({ action: { name, input: given }, onClose }: PlanDialogProps) {
  const [input, setInput] = useState(given)
  const { data: known } = useActions()
  const action = { name, input }
  const { plan, start, run, changed } = usePlannedRun(action)
  const refusal = useRefusal()
  const act = actOf(action)
  const info = known?.actions.find((a) => a.name === name)
  if (run) return <RunDialog run={run} onClose={onClose} />

  // While another plan is made the old one is nothing to approve.
  const data = plan.isFetching ? undefined : plan.data
  const destructive = data?.risk === 'destructive'
  return (
    <ApprovalDialog
      title={act}
      act={act}
      confirm={destructive ? (objectOf(action) ?? action.name) : undefined}
      obstacle={refusal ?? (data && obstacleOf(data))}
      ready={data !== undefined}
      starting={start.isPending}
      onApprove={() => data && start.mutate(data)}
      onClose={onClose}
    >
      {changed && <ChangedNotice />}
      {start.error && !isChanged(start.error) && <Failure error={start.error} />}
      {plan.error && !plan.isFetching && <Failure error={plan.error} onRetry={() => plan.refetch()} />}
      {plan.isFetching && <Skeleton lines={6} />}
      {data && <PlanDetails plan={data} titled={act} />}
      <Options specs={info?.input ?? {}} input={input} onChange={setInput} />
    </ApprovalDialog>
  )
}

/** Said where a plan was approved that no longer holds. */
export function ChangedNotice() {
  return (
    <Notice tone="warning" title="The database has changed since you read the plan">
      Nothing was run. This is the plan as it would be now: read it again before you approve it.
    </Notice>
  )
}
