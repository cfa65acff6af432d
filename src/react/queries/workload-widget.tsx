import { useState } from 'react'
import { formatSeconds } from '../../core/format.ts'
import type { OptimizeState } from '../api/query-types.ts'
import { showMoment } from '../display.ts'
import { type OptimizeInput, useOptimize } from '../hooks/use-optimize.ts'
import { AnswerState, Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { Notice } from '../ui/notice.tsx'
import { Steps } from '../ui/steps.tsx'
import { TextField } from '../ui/text-field.tsx'
import css from './queries.module.css'
import { WorkloadResult } from './workload-result.tsx'

const STEPS: readonly (readonly [NonNullable<OptimizeState['progress']>['step'], string])[] = [
  ['watch', 'Watch which statements run, seconds'],
  ['rebuild', 'Rebuild schema and statistics in the private planner'],
  ['statements', 'Plan the statements as they are'],
  ['candidates', 'Try candidates for indexes'],
  ['choice', 'Choose those that together save most'],
  ['proof', 'Prove the choice: plan everything once more'],
]

/** Index advice for all statements together: start it, follow it, read it. */
export function WorkloadWidget() {
  const { state, start, cancel } = useOptimize()
  const report = state.data?.report
  return (
    <Card
      title="Index advice for the whole workload"
      span={3}
      id="workload"
      aside={
        report && (
          <span className={css.muted}>
            made {showMoment(report.at)}, {formatSeconds(report.advice.window)} watched
          </span>
        )
      }
    >
      <AnswerState query={state} what="Index advice" lines={3}>
        {(known) => (
          <>
            {known.state === 'running' ? (
              <Running state={known} stopping={cancel.isPending} onCancel={() => cancel.mutate()} />
            ) : (
              <Start state={known} starting={start.isPending} onStart={start.mutate} />
            )}
            {(start.error ?? cancel.error) && <Failure error={(start.error ?? cancel.error) as Error} />}
            {known.error && known.state === 'failed' && <Failed error={known.error} />}
            {known.report && <WorkloadResult advice={known.report.advice} />}
          </>
        )}
      </AnswerState>
    </Card>
  )
}

interface StartProps {
  readonly state: OptimizeState
  readonly starting: boolean
  readonly onStart: (input: OptimizeInput) => void
}

/** Longer than this the server refuses. */
const MOST_SECONDS = 3600

function Start({ state, starting, onStart }: StartProps) {
  const [seconds, setSeconds] = useState('60')
  const [budget, setBudget] = useState('')
  const length = Number(seconds)
  const megabytes = budget.trim() === '' ? undefined : Number(budget)
  const isRight =
    length >= 1 && length <= MOST_SECONDS && (megabytes === undefined || (megabytes > 0 && megabytes < 1e9))
  const input = { seconds: length, ...(megabytes === undefined ? {} : { budgetMb: megabytes }) }
  return (
    <div className={css.start}>
      <p className={css.muted}>
        pgtend watches what runs, then tries indexes in a private copy of schema and statistics: the database
        is only read. Watch at a busy time.
      </p>
      <div className={css.fields}>
        <TextField
          label="Watch for, seconds"
          value={seconds}
          onChange={setSeconds}
          hint={`1 to ${MOST_SECONDS}`}
        />
        <TextField label="Room for indexes, MB" value={budget} onChange={setBudget} hint="Empty: no limit" />
        <Button
          tone={state.report ? 'plain' : 'primary'}
          off={!isRight}
          busy={starting}
          onClick={() => onStart(input)}
        >
          {state.state === 'never' ? 'Advise indexes' : 'Advise again'}
        </Button>
      </div>
    </div>
  )
}

interface RunningProps {
  readonly state: OptimizeState
  readonly stopping: boolean
  readonly onCancel: () => void
}

function Running({ state, stopping, onCancel }: RunningProps) {
  return (
    <div className={css.running}>
      <Steps label="How far the advice is" steps={STEPS} now={state.progress ?? { step: 'watch', done: 0 }} />
      <Button size="small" busy={stopping} onClick={onCancel}>
        {stopping ? 'Cancelling …' : 'Cancel'}
      </Button>
    </div>
  )
}

const CANCELLED = 'optimization-cancelled'

function Failed({ error }: { readonly error: NonNullable<OptimizeState['error']> }) {
  const title = error.detail && error.code !== CANCELLED ? `${error.message}: ${error.detail}` : error.message
  return (
    <Notice tone={error.code === CANCELLED ? 'info' : 'critical'} title={title}>
      {error.remedy}
    </Notice>
  )
}
