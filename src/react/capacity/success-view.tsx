import { useState } from 'react'
import { formatRatio, plural } from '../../core/format.ts'
import type { SuccessAnswer, SuccessRange } from '../api/capacity-types.ts'
import { showMoment } from '../display.ts'
import { useSuccess } from '../hooks/use-capacity.ts'
import { AnswerState } from '../ui/answer-state.tsx'
import { Choice } from '../ui/choice.tsx'
import list from '../ui/list.module.css'
import { Widget } from '../widgets/widget.tsx'
import css from './capacity.module.css'
import { MetricCard } from './metric-card.tsx'

const RANGES: readonly { value: SuccessRange; name: string }[] = [
  { value: '24h', name: '24 h' },
  { value: '7d', name: '7 d' },
  { value: '30d', name: '30 d' },
]

/** The goals of operation: which were met over the chosen period, and which can't be judged. */
export function SuccessView() {
  const [range, setRange] = useState<SuccessRange>('7d')
  const success = useSuccess(range)
  return (
    <Widget
      title="Success metrics"
      span={3}
      id="success"
      aside={<Choice label="Period" value={range} onChange={setRange} options={RANGES} />}
    >
      <AnswerState query={success} what="Success metrics" lines={6}>
        {(data) => (
          <>
            <p className={list.muted}>{summaryOf(data)}</p>
            <ul className={css.metrics}>
              {data.metrics.map((m) => (
                <li key={m.name}>
                  <MetricCard metric={m} />
                </li>
              ))}
            </ul>
          </>
        )}
      </AnswerState>
    </Widget>
  )
}

function summaryOf({ from, to, watched, metrics }: SuccessAnswer): string {
  const of = (met: boolean | null) => metrics.filter((m) => m.met === met).length
  const unknown = of(null)
  const parts = [
    `${of(true)} of ${plural(metrics.length, 'goal')} met`,
    of(false) > 0 ? `${of(false)} missed` : '',
    unknown > 0 ? `${unknown} not known` : '',
  ].filter(Boolean)
  const part = watched < 0.995 ? ` pgtend was watching for ${formatRatio(watched)} of it.` : ''
  return `${parts.join(', ')} from ${showMoment(from)} to ${showMoment(to)}.${part}`
}
