import { formatSeconds, plural } from '../../core/format.ts'
import { actorOf } from '../actions/words.ts'
import { showMoment } from '../display.ts'
import { useRecoveries } from '../hooks/use-recovery.ts'
import { AnswerState, isAbsent } from '../ui/answer-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import list from '../ui/list.module.css'
import { Widget } from '../widgets/widget.tsx'
import { RecoveryDetails } from './recovery-details.tsx'
import { RECOVERY_STATES } from './words.ts'

/** The recoveries of this database, with the time that each took. */
export function RecoveriesWidget() {
  const recoveries = useRecoveries()
  if (isAbsent(recoveries.error)) return null
  return (
    <Widget title="Recoveries" span={3} id="recoveries">
      <AnswerState query={recoveries} what="Recoveries" lines={3}>
        {({ recoveries: all }) =>
          all.length === 0 ? (
            <p className={list.muted}>No runbook has been run on this database.</p>
          ) : (
            <ul className={list.rows} aria-label="Recoveries">
              {all.slice(0, 30).map((r) => {
                const [tone, word] = RECOVERY_STATES[r.status]
                return (
                  <li key={r.id}>
                    <div className={list.main}>
                      <Disclosure
                        summary={
                          <>
                            <p className={list.head}>
                              <Badge tone={tone}>{word}</Badge>
                              <b>{r.title}</b>
                              {r.secondsToRecovery !== undefined && (
                                <span>in {formatSeconds(r.secondsToRecovery)}</span>
                              )}
                              <span className={list.muted}>
                                {showMoment(r.startedAt)}, {actorOf(r)}, {plural(r.freed, 'session')} freed
                              </span>
                            </p>
                            <p className={list.muted}>{r.summary}</p>
                          </>
                        }
                      >
                        <RecoveryDetails run={r} />
                      </Disclosure>
                    </div>
                  </li>
                )
              })}
            </ul>
          )
        }
      </AnswerState>
    </Widget>
  )
}
