import type { Run } from '../api/action-types.ts'
import { useMended } from '../hooks/use-mended.ts'
import { Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { MendedFindings } from './mended-findings.tsx'
import { PlanDetails } from './plan-details.tsx'
import { RunState } from './run-state.tsx'
import { useCancelRun } from './use-planned-run.ts'
import { actOfRun, isUndoable } from './words.ts'

export interface RunDialogProps {
  readonly run: Run
  readonly onClose: () => void
  /** Shows the plan that takes it back. */
  readonly onUndo?: () => void
}

/** A run: how far it is or how it ended, with the plan that was approved. */
export function RunDialog({ run, onClose, onUndo }: RunDialogProps) {
  const cancel = useCancelRun()
  const mended = useMended(run.id)
  const going = run.status === 'running'
  const foot = (
    <>
      {going && (
        <Button busy={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate(run)}>
          {cancel.isPending || cancel.isSuccess ? 'Stopping …' : 'Stop it'}
        </Button>
      )}
      {onUndo && isUndoable(run) && <Button onClick={onUndo}>Plan: Undo …</Button>}
      <Button tone="primary" onClick={onClose}>
        {going ? 'Close, it goes on' : 'Close'}
      </Button>
    </>
  )
  return (
    <Dialog title={actOfRun(run)} onClose={onClose} foot={foot}>
      <RunState run={run} />
      <MendedFindings mended={mended} />
      {going && cancel.error && <Failure error={cancel.error} />}
      <Disclosure summary={<b>The plan that was approved</b>}>
        <PlanDetails plan={run.plan} />
      </Disclosure>
    </Dialog>
  )
}
