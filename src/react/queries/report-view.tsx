import { type ReactNode, useEffect, useRef } from 'react'
import type { QueryReport, ReportProgress } from '../api/query-types.ts'
import { showMoment } from '../display.ts'
import { isPending, useQueryReport } from '../hooks/use-queries.ts'
import { Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Icon } from '../ui/icon.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Steps } from '../ui/steps.tsx'
import css from './queries.module.css'
import { ReportDetails } from './report-details.tsx'

const STEPS: readonly (readonly [ReportProgress['step'], string])[] = [
  ['waiting', 'Wait for the private planner'],
  ['rebuild', 'Rebuild schema and statistics in it'],
  ['plan', 'Plan the statement'],
  ['rewrites', 'Plan its rewrites'],
  ['indexes', 'Try indexes'],
]

/** The report on a statement of the list, or on a text that was given before, by its id. */
export function ReportView({ id, onLeave }: { readonly id: string; readonly onLeave: () => void }) {
  const { report, again } = useQueryReport(id)
  const { data, error } = report
  const made = isPending(data) ? undefined : data
  return (
    <ReportPage
      onLeave={onLeave}
      at={made?.at}
      act={
        made && (
          <Button size="small" busy={again.isPending} onClick={() => again.mutate()}>
            Analyse again
          </Button>
        )
      }
    >
      {again.error && <Failure error={again.error} />}
      {error && !made && <Failure error={error} onRetry={() => report.refetch()} />}
      {!error && !made && <Making progress={isPending(data) ? data.progress : undefined} />}
      {made && <ReportDetails report={made} />}
    </ReportPage>
  )
}

/** A report that is there already. */
export const GivenReport = ({
  report,
  onLeave,
}: {
  readonly report: QueryReport
  readonly onLeave: () => void
}) => (
  <ReportPage onLeave={onLeave} at={report.at}>
    <ReportDetails report={report} />
  </ReportPage>
)

interface ReportPageProps {
  readonly at: number | undefined
  readonly act?: ReactNode
  readonly onLeave: () => void
  readonly children: ReactNode
}

/** The way back, by button and by Escape, and what the report is. */
function ReportPage({ at, act, onLeave, children }: ReportPageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      // A dialog or an explanation above it takes Escape for itself.
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role=dialog]')) return
      onLeave()
    }
    addEventListener('keydown', leave)
    return () => removeEventListener('keydown', leave)
  }, [onLeave])
  return (
    <>
      <div className={css.bar}>
        <Button size="small" onClick={onLeave}>
          <Icon name="back" size={14} />
          All queries
        </Button>
        <h2 ref={heading} tabIndex={-1}>
          Report on a statement
        </h2>
        <span className={css.end}>
          {at !== undefined && <span className={css.muted}>made {showMoment(at)}</span>}
          {act}
        </span>
      </div>
      {children}
    </>
  )
}

function Making({ progress }: { readonly progress: ReportProgress | undefined }) {
  return (
    <Card title="The report is being made" span={3}>
      <div className={css.making}>
        <Steps label="How far the report is" steps={STEPS} now={progress ?? { step: 'waiting', done: 0 }} />
        <Skeleton lines={5} />
      </div>
    </Card>
  )
}
