import type { ScheduleState } from '../api/upkeep-types.ts'
import { showAhead, showMoment, showUntil } from '../display.ts'
import { useMaintenance } from '../hooks/use-maintenance.ts'
import { useNow } from '../hooks/use-now.ts'
import { AnswerState } from '../ui/answer-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { useDialog } from '../ui/dialog-host.tsx'
import list from '../ui/list.module.css'
import { Widget } from '../widgets/widget.tsx'
import { TaskDialog } from './task-dialog.tsx'
import { REPORT_STATES } from './words.ts'

/** When each task runs next, how it went last, and a way to run it now. */
export function SchedulesWidget() {
  const maintenance = useMaintenance()
  const open = useDialog()
  return (
    <Widget title="Schedule" span={3} id="schedule">
      <AnswerState query={maintenance} what="Maintenance" lines={5}>
        {({ schedules }) =>
          schedules.length === 0 ? (
            <p className={list.muted}>Nothing is scheduled for this database.</p>
          ) : (
            <ul className={list.rows} aria-label="Scheduled tasks">
              {schedules.map((s) => (
                <li key={s.task}>
                  <ScheduleLine schedule={s} />
                  <Button
                    size="small"
                    aria-label={`Plan: ${s.title} …`}
                    onClick={() => open((close) => <TaskDialog schedule={s} onClose={close} />)}
                  >
                    Plan …
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </AnswerState>
    </Widget>
  )
}

function ScheduleLine({ schedule }: { readonly schedule: ScheduleState }) {
  const now = useNow(20_000)
  const { title, cron, timezone, window, enabled, why, next, last } = schedule
  const [tone, word] = last ? REPORT_STATES[last.status] : []
  return (
    <>
      <div className={list.main}>
        <p className={list.head}>
          <b>{title}</b>
          {last && tone && <Badge tone={tone}>{word}</Badge>}
        </p>
        <p className={list.muted}>
          {last ? `Last ${showMoment(last.at)}: ${last.summary}` : 'It has not run yet.'}
        </p>
        <p className={list.muted}>
          <code>{cron}</code> in {timezone}
          {window && `, only from ${window.from} to ${window.to}`}
        </p>
      </div>
      <p className={`${list.when} ${list.muted}`}>
        {next === null ? (
          <>
            <b>{enabled ? 'Not planned' : 'Off'}</b>
            {why}
          </>
        ) : (
          <>
            <b>{showAhead(next, now)}</b>
            {showUntil(next, now)}
          </>
        )}
      </p>
    </>
  )
}
