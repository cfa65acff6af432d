import { formatCount, formatSeconds, plural } from '../../core/format.ts'
import { SessionList } from '../actions/session-list.tsx'
import { actOf, STATES } from '../actions/words.ts'
import type { RunbookRun } from '../api/upkeep-types.ts'
import { Badge } from '../ui/badge.tsx'
import { Figures } from '../ui/figures.tsx'
import { Folded, MANY } from '../ui/folded.tsx'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'
import { RECOVERY_STATES } from './words.ts'

/** What a recovery did to whom, and whether it was measured to have helped. */
export function RecoveryDetails({ run }: { readonly run: RunbookRun }) {
  const { status, summary, steps, freed, spared, secondsToRecovery, verification, error } = run
  const [tone, word] = RECOVERY_STATES[status]
  const figures = [
    { name: 'Ended or cancelled', value: formatCount(freed), note: freed === 1 ? 'session' : 'sessions' },
    { name: 'Spared', value: formatCount(spared.length), note: spared.length === 1 ? 'session' : 'sessions' },
    {
      name: 'Time to recovery',
      value: secondsToRecovery === undefined ? '–' : formatSeconds(secondsToRecovery),
    },
  ]
  return (
    <div className={list.section}>
      <Notice tone={tone} title={summary || word}>
        {error}
        {verification && `Measured again: ${verification.detail}`}
      </Notice>
      <Figures items={figures} />
      <Folded title={plural(steps.length, 'step')} when={steps.length > MANY}>
        <ol className={list.rows}>
          {steps.map((s, i) => {
            const [stepTone, stepWord] =
              s.status === 'gone' ? (['unknown', 'Gone already'] as const) : STATES[s.status]
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same act may stand twice, in a fixed order
              <li key={i}>
                <div className={list.main}>
                  <p className={list.head}>
                    <Badge tone={stepTone}>{stepWord}</Badge>
                    <b>{actOf({ name: s.action, input: s.input })}</b>
                  </p>
                  <p className={list.muted}>{s.error ?? s.detail ?? s.reason}</p>
                </div>
              </li>
            )
          })}
        </ol>
      </Folded>
      <SessionList title="Spared" sessions={spared} folded />
    </div>
  )
}
