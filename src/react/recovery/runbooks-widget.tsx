import type { RunbookInfo } from '../api/upkeep-types.ts'
import { useConcern } from '../hooks/use-concern.ts'
import { useRunbooks } from '../hooks/use-recovery.ts'
import { AnswerState } from '../ui/answer-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { useDialog } from '../ui/dialog-host.tsx'
import list from '../ui/list.module.css'
import { Widget } from '../widgets/widget.tsx'
import { RunbookDialog } from './runbook-dialog.tsx'

/** The recovery procedures; those that a finding calls for say so. */
export function RunbooksWidget() {
  const runbooks = useRunbooks()
  const open = useDialog()
  return (
    <Widget title="Runbooks" span={3} id="runbooks">
      <p className={list.muted}>
        Each looks first and says whom it would hit and whom it spares. Nothing happens before you approve
        that.
      </p>
      <AnswerState query={runbooks} what="Runbooks" lines={4}>
        {({ runbooks: all }) => (
          <ul className={list.rows} aria-label="Runbooks">
            {all.map((r) => (
              <li key={r.name}>
                <RunbookLine runbook={r} />
                <Button
                  size="small"
                  aria-label={`Look and plan: ${r.title}`}
                  onClick={() => open((close) => <RunbookDialog runbook={r} onClose={close} />)}
                >
                  Look and plan …
                </Button>
              </li>
            ))}
          </ul>
        )}
      </AnswerState>
    </Widget>
  )
}

function RunbookLine({ runbook }: { readonly runbook: RunbookInfo }) {
  const concern = useConcern(runbook.rules)
  return (
    <div className={list.main}>
      <p className={list.head}>
        <b>{runbook.title}</b>
        {(concern === 'critical' || concern === 'warning') && (
          <Badge tone={concern}>A finding calls for it</Badge>
        )}
      </p>
      <p className={list.muted}>
        {runbook.doc}
        {runbook.inWindow && ' Only inside the maintenance window.'}
        {runbook.policy.enabled && ` It may run by itself, at most ${runbook.policy.perHour} times an hour.`}
      </p>
    </div>
  )
}
