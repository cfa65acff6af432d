import type { Match } from '../api/alert-types.ts'
import { showUntil } from '../display.ts'
import { useAlertActions, useAlerts } from '../hooks/use-alerts.ts'
import { AnswerState, Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Widget } from '../widgets/widget.tsx'
import css from './alerts.module.css'

/** What no channel is told for now, why, and until when. */
export function Silences() {
  const alerts = useAlerts()
  const { endSilence } = useAlertActions()
  return (
    <Widget title="Silences" id="silences">
      <AnswerState query={alerts} what="Silences" lines={2}>
        {({ silences }) =>
          silences.length === 0 ? (
            <p className={css.muted}>Nothing is silenced.</p>
          ) : (
            <ul className={css.rows}>
              {silences.map((s) => (
                <li key={s.id}>
                  <div>
                    <b>{wordsOf(s.match)}</b>
                    <p className={css.muted}>
                      {s.reason}. By {s.by}, until {showUntil(s.until)}.
                    </p>
                  </div>
                  <Button
                    size="small"
                    busy={endSilence.isPending && endSilence.variables === s.id}
                    aria-label={`End the silence of ${wordsOf(s.match)}`}
                    onClick={() => endSilence.mutate(s.id)}
                  >
                    End
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </AnswerState>
      {endSilence.error && <Failure error={endSilence.error} />}
    </Widget>
  )
}

const wordsOf = ({ key, rule, target }: Match): string => key ?? rule ?? `everything of ${target}`
