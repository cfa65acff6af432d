import { Progress } from '../actions/run-state.tsx'
import { RunLine } from '../actions/runs-widget.tsx'
import type { MaintenanceReport, Task } from '../api/upkeep-types.ts'
import { useMaintenance } from '../hooks/use-maintenance.ts'
import { useRuns } from '../hooks/use-runs.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import list from '../ui/list.module.css'
import { ReportDetails } from './report-details.tsx'

export interface TaskProgressProps {
  readonly title: string
  readonly task: Task
  /** What the start was answered with; undefined until then. */
  readonly report: MaintenanceReport | undefined
  readonly onClose: () => void
}

/** A round of maintenance as it goes on, and its report. */
export function TaskProgress({ title, task, report, onClose }: TaskProgressProps) {
  const { data } = useMaintenance()
  const { data: runs } = useRuns()
  const latest = data?.reports.find((r) =>
    report ? r.id === report.id : r.task === task && r.status === 'running',
  )
  const shown = latest ?? report
  const going = shown === undefined || shown.status === 'running'
  const running = runs?.runs.filter((r) => r.status === 'running') ?? []
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
      {going && running.length === 0 && <Progress label={title} done={undefined} />}
      {going && running.length > 0 && (
        <ul className={list.rows} aria-label="Running now">
          {running.map((r) => (
            <li key={r.id}>
              <RunLine run={r} />
            </li>
          ))}
        </ul>
      )}
      <div aria-live="polite">
        {shown && (
          <>
            <p>{shown.summary}</p>
            <ReportDetails report={shown} />
          </>
        )}
      </div>
    </Dialog>
  )
}
