import { RunsWidget } from '../actions/runs-widget.tsx'
import { ReportsWidget } from './reports-widget.tsx'
import { SchedulesWidget } from './schedules-widget.tsx'

/** What is done at regular times, what runs now, and what came of it. */
export function MaintenanceView() {
  return (
    <>
      <SchedulesWidget />
      <RunsWidget />
      <ReportsWidget />
    </>
  )
}
