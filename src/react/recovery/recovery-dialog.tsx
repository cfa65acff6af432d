import { Progress } from '../actions/run-state.tsx'
import type { RunbookRun } from '../api/upkeep-types.ts'
import { useRecoveries } from '../hooks/use-recovery.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { RecoveryDetails } from './recovery-details.tsx'

export interface RecoveryDialogProps {
  readonly title: string
  readonly runbook: string
  /** What the start was answered with; undefined until then. */
  readonly run: RunbookRun | undefined
  readonly onClose: () => void
}

/** A recovery as it goes on, and what came of it. */
export function RecoveryDialog({ title, runbook, run, onClose }: RecoveryDialogProps) {
  const { data } = useRecoveries()
  const latest = data?.recoveries.find((r) =>
    run ? r.id === run.id : r.runbook === runbook && r.status === 'running',
  )
  // The answer to the start may be older or newer than what is listed; what has ended stays ended.
  const shown = run && run.status !== 'running' ? run : (latest ?? run)
  const going = shown === undefined || shown.status === 'running'
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <Button tone="primary" onClick={onClose}>
          {going ? 'Close, it goes on' : 'Close'}
        </Button>
      }
    >
      {going && <Progress label={title} done={undefined} />}
      <div aria-live="polite">{shown && <RecoveryDetails run={shown} />}</div>
    </Dialog>
  )
}
