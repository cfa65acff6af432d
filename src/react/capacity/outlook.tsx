import type { CapacitySubject } from '../api/capacity-types.ts'
import { showValue } from '../display.ts'
import { Figures } from '../ui/figures.tsx'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'
import css from './capacity.module.css'
import { limitWords } from './words.ts'

/** The chart in words: how fast, how far, and when the limit is reached. */
export function Outlook({ subject }: { readonly subject: CapacitySubject }) {
  const { current, unit, perDay, in3Months, in6Months, note } = subject
  const interval = (i: typeof perDay) =>
    i && i.low !== i.high ? { note: `${showValue(i.low, unit)} to ${showValue(i.high, unit)}` } : {}
  return (
    <>
      {perDay ? (
        <>
          <p className={css.limit}>{limitWords(subject)}</p>
          <Figures
            items={[
              { name: 'Now', value: showValue(current, unit) },
              { name: 'Growth a day', value: showValue(perDay.mid, unit), ...interval(perDay) },
              { name: 'In 3 months', value: showValue(in3Months?.mid, unit), ...interval(in3Months) },
              { name: 'In 6 months', value: showValue(in6Months?.mid, unit), ...interval(in6Months) },
            ]}
          />
          {note && <p className={list.muted}>{note}</p>}
        </>
      ) : (
        <>
          <Notice tone="unknown" title={note ?? 'No forecast yet'} />
          <p className={css.limit}>
            Now {showValue(current, unit)}. {limitWords(subject)}
          </p>
        </>
      )}
    </>
  )
}
