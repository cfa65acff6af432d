import { useState } from 'react'
import { plural } from '../../core/format.ts'
import { ApprovalDialog } from '../actions/approval-dialog.tsx'
import { ChangedNotice } from '../actions/plan-dialog.tsx'
import { isChanged } from '../actions/use-planned-run.ts'
import { useRefusal } from '../actions/use-refusal.ts'
import type { RunbookInfo, RunbookPlan } from '../api/upkeep-types.ts'
import { useRunbook } from '../hooks/use-recovery.ts'
import { Failure } from '../ui/answer-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Tick } from '../ui/tick.tsx'
import { RecoveryDialog } from './recovery-dialog.tsx'
import { RunbookPlanDetails } from './runbook-plan-details.tsx'

export interface RunbookDialogProps {
  readonly runbook: RunbookInfo
  readonly onClose: () => void
}

/** What approval would do: `Run it on 3 sessions`. */
function actOf(plan: RunbookPlan | undefined): string {
  if (!plan || plan.steps.length === 0) return 'Run it'
  return plan.hits.length > 0
    ? `Run it on ${plural(plan.hits.length, 'session')}`
    : `Run ${plural(plan.steps.length, 'step')}`
}

/** Looks, shows whom it would hit and whom it spares, and runs just that when it is approved. */
export function RunbookDialog({ runbook, onClose }: RunbookDialogProps) {
  const [force, setForce] = useState(false)
  const { plan, run } = useRunbook(runbook.name, force)
  const refusal = useRefusal()
  const changed = isChanged(run.error)
  if (run.isPending || run.data)
    return <RecoveryDialog title={runbook.title} runbook={runbook.name} run={run.data} onClose={onClose} />

  const data = plan.isFetching ? undefined : plan.data
  const nothing = data?.steps.length === 0
  return (
    <ApprovalDialog
      title={runbook.title}
      act={nothing ? undefined : actOf(data)}
      obstacle={refusal ?? data?.refused}
      ready={data !== undefined}
      starting={run.isPending}
      onApprove={() =>
        data && run.mutate(data, { onError: (error) => isChanged(error) && void plan.refetch() })
      }
      onClose={onClose}
    >
      {changed && <ChangedNotice />}
      {run.error && !changed && <Failure error={run.error} />}
      {plan.error && !plan.isFetching && <Failure error={plan.error} onRetry={() => plan.refetch()} />}
      {plan.isFetching && <Skeleton lines={6} />}
      {data && <RunbookPlanDetails plan={data} />}
      {runbook.inWindow && (
        <Tick checked={force} onChange={setForce}>
          Outside the maintenance window too
        </Tick>
      )}
    </ApprovalDialog>
  )
}
