import { useState } from 'react'
import { formatSeconds } from '../../core/format.ts'
import { actorOf } from '../actions/words.ts'
import type { MaintenanceReport } from '../api/upkeep-types.ts'
import { showMoment } from '../display.ts'
import { useMaintenance } from '../hooks/use-maintenance.ts'
import { AnswerState, isAbsent } from '../ui/answer-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import list from '../ui/list.module.css'
import { Widget } from '../widgets/widget.tsx'
import { ReportDetails } from './report-details.tsx'
import { REPORT_STATES, TASK_TITLES } from './words.ts'

const FIRST = 8

/** What rounds of maintenance did. Nothing where there is no maintenance: the schedule says why. */
export function ReportsWidget() {
  const maintenance = useMaintenance()
  const [shown, setShown] = useState(FIRST)
  if (isAbsent(maintenance.error)) return null
  return (
    <Widget title="Reports" span={3} id="reports">
      <AnswerState query={maintenance} what="Reports" lines={3}>
        {({ reports }) =>
          reports.length === 0 ? (
            <p className={list.muted}>No maintenance has run yet.</p>
          ) : (
            <>
              <ul className={list.rows}>
                {reports.slice(0, shown).map((r) => (
                  <li key={r.id}>
                    <ReportLine report={r} />
                  </li>
                ))}
              </ul>
              {reports.length > shown && (
                <div>
                  <Button size="small" onClick={() => setShown(shown + 20)}>
                    Show older ones
                  </Button>
                </div>
              )}
            </>
          )
        }
      </AnswerState>
    </Widget>
  )
}

function ReportLine({ report }: { readonly report: MaintenanceReport }) {
  const { task, status, startedAt, endedAt, summary, dryRun } = report
  const [tone, word] = REPORT_STATES[status]
  return (
    <div className={list.main}>
      <Disclosure
        summary={
          <>
            <p className={list.head}>
              <Badge tone={tone}>{word}</Badge>
              <b>{TASK_TITLES[task]}</b>
              {dryRun && <Badge tone="info">Dry run</Badge>}
              <span className={list.muted}>
                {showMoment(startedAt)}, {actorOf(report)}
                {endedAt !== undefined && `, took ${formatSeconds((endedAt - startedAt) / 1000)}`}
              </span>
            </p>
            <p className={list.muted}>{summary}</p>
          </>
        }
      >
        <ReportDetails report={report} />
      </Disclosure>
    </div>
  )
}
