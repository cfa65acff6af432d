import { useState } from 'react'
import { formatSeconds, plural } from '../../core/format.ts'
import type { Run } from '../api/action-types.ts'
import type { RunbookRun } from '../api/upkeep-types.ts'
import { showMoment } from '../display.ts'
import { useRecoveries } from '../hooks/use-recovery.ts'
import { useRuns } from '../hooks/use-runs.ts'
import { RECOVERY_STATES } from '../recovery/words.ts'
import { AnswerState } from '../ui/answer-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import list from '../ui/list.module.css'
import { Widget } from '../widgets/widget.tsx'
import { foldRuns } from './fold-runs.ts'
import { PlanDialog } from './plan-dialog.tsx'
import { RunDialog } from './run-dialog.tsx'
import { Progress } from './run-state.tsx'
import { actOfRun, actorOf, STATES } from './words.ts'

const FIRST = 8

/** What runs now and what has run, each with what it changed. */
export function RunsWidget() {
  const runs = useRuns()
  const { data: recoveries } = useRecoveries()
  const [shown, setShown] = useState(FIRST)
  const [opened, setOpened] = useState<string>()
  const [undoing, setUndoing] = useState<string>()
  const all = foldRuns(runs.data?.runs ?? [], recoveries?.recoveries ?? [])
  const run = runs.data?.runs.find((r) => r.id === opened)
  return (
    <Widget title="Actions" span={3} id="runs">
      <AnswerState query={runs} what="Actions" lines={3}>
        {() =>
          all.length === 0 ? (
            <p className={list.muted}>
              Nothing was run yet. Plans are made from findings and opportunities, from a schedule or a
              runbook.
            </p>
          ) : (
            <>
              <ul className={list.rows} aria-label="Actions that run or have run">
                {all.slice(0, shown).map((entry) => (
                  <li key={entry.id}>
                    {'run' in entry ? (
                      <OpenableRun run={entry.run} onOpen={setOpened} />
                    ) : (
                      <RecoverySteps {...entry} onOpen={setOpened} />
                    )}
                  </li>
                ))}
              </ul>
              {all.length > shown && (
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
      {run && (
        <RunDialog
          run={run}
          onClose={() => setOpened(undefined)}
          onUndo={() => {
            setOpened(undefined)
            setUndoing(run.id)
          }}
        />
      )}
      {undoing !== undefined && (
        <PlanDialog
          action={{ name: 'undo', input: { run: undoing } }}
          onClose={() => setUndoing(undefined)}
        />
      )}
    </Widget>
  )
}

interface Openable {
  readonly onOpen: (run: string) => void
}

function OpenableRun({ run, onOpen }: Openable & { readonly run: Run }) {
  return (
    <>
      <RunLine run={run} />
      <Button size="small" aria-label={`Details of ${actOfRun(run)}`} onClick={() => onOpen(run.id)}>
        Details
      </Button>
    </>
  )
}

interface RecoveryStepsProps extends Openable {
  readonly recovery: RunbookRun
  readonly runs: readonly Run[]
}

/** One recovery in place of each session that it ended. */
function RecoverySteps({ recovery, runs, onOpen }: RecoveryStepsProps) {
  const [tone, word] = RECOVERY_STATES[recovery.status]
  return (
    <div className={list.main}>
      <Disclosure
        summary={
          <>
            <p className={list.head}>
              <Badge tone={tone}>{word}</Badge>
              <b>{recovery.title}</b>
              <span>recovery of {plural(runs.length, 'action')}</span>
            </p>
            <p className={list.muted}>
              {showMoment(recovery.startedAt)}, {actorOf(recovery)}
            </p>
            <p className={list.muted}>{recovery.summary}</p>
          </>
        }
      >
        <ul className={list.rows} aria-label={`Actions of ${recovery.title}`}>
          {runs.map((run) => (
            <li key={run.id}>
              <OpenableRun run={run} onOpen={onOpen} />
            </li>
          ))}
        </ul>
      </Disclosure>
    </div>
  )
}

export function RunLine({ run }: { readonly run: Run }) {
  const { status, startedAt, endedAt, verification, error, progress } = run
  const [tone, word] = STATES[status]
  const took = endedAt === undefined ? '' : `, took ${formatSeconds((endedAt - startedAt) / 1000)}`
  return (
    <div className={list.main}>
      <p className={list.head}>
        <Badge tone={status === 'done' && verification?.ok === false ? 'warning' : tone}>{word}</Badge>
        <b>{actOfRun(run)}</b>
      </p>
      {status === 'running' && <Progress label={actOfRun(run)} done={progress} />}
      <p className={list.muted}>
        {showMoment(startedAt)}, {actorOf(run)}
        {took}
      </p>
      {(error ?? verification) && <p className={list.muted}>{error ?? verification?.detail}</p>}
    </div>
  )
}
