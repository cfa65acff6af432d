import { showUntil } from '../display.ts'
import { useAlertActions, useSuppressions } from '../hooks/use-alerts.ts'
import { AnswerState, Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Widget } from '../widgets/widget.tsx'
import css from './alerts.module.css'

/** Findings that somebody decided to live with. */
export function Suppressions() {
  const suppressions = useSuppressions()
  const { endSuppression } = useAlertActions()
  return (
    <Widget title="Suppressed findings" id="suppressions">
      <AnswerState query={suppressions} what="Suppressed findings" lines={2}>
        {({ suppressions: all }) =>
          all.length === 0 ? (
            <p className={css.muted}>
              Every finding counts. One is suppressed from its place in the overview.
            </p>
          ) : (
            <ul className={css.rows}>
              {all.map((s) => (
                <li key={s.id}>
                  <div>
                    <b>{s.key}</b>
                    <p className={css.muted}>
                      {s.reason}. By {s.by}, until {showUntil(s.until)}.
                    </p>
                  </div>
                  <Button
                    size="small"
                    busy={endSuppression.isPending && endSuppression.variables === s.id}
                    aria-label={`Count it again: ${s.key}`}
                    onClick={() => endSuppression.mutate(s.id)}
                  >
                    Count it again
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </AnswerState>
      {endSuppression.error && <Failure error={endSuppression.error} />}
    </Widget>
  )
}
