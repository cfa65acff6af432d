import { useMemo } from 'react'
import type { CapacitySubject } from '../api/capacity-types.ts'
import { showDate, showValue } from '../display.ts'
import { Chart, type ChartLine } from '../ui/chart.tsx'
import { Notice } from '../ui/notice.tsx'
import { limitWords, nameOf, showInterval } from './words.ts'

const DAY = 86_400_000
/** A quarter and a half of a year. */
const AHEAD = [91.3 * DAY, 182.6 * DAY] as const
/** A limit so many times above all else would press the line flat; the words name it. */
const FAR = 3

export interface GrowthChartProps {
  /** When the forecast was made, epoch milliseconds. */
  readonly at: number
  readonly subject: CapacitySubject
}

/** What was measured, what is expected with the bounds of that, and the limit. */
export function GrowthChart({ at, subject }: GrowthChartProps) {
  const drawn = useMemo(() => draw(at, subject), [at, subject])
  if (subject.history.at.length === 0)
    return (
      <Notice tone="info" title={`${nameOf(subject)}: no history yet`}>
        {subject.note ?? 'A first point is drawn when a day is over.'}
      </Notice>
    )
  return <Chart title={nameOf(subject)} unit={subject.unit} {...drawn} label={describe(subject)} />
}

function draw(made: number, { history, current, in3Months, in6Months, limit }: CapacitySubject) {
  const last = Math.max(history.at.at(-1) ?? made, made)
  const ahead = in3Months && in6Months ? [in3Months, in6Months] : []
  const joint = ahead.length > 0 && last > (history.at.at(-1) ?? 0)
  const at = [...history.at, ...(joint ? [last] : []), ...ahead.map((_, i) => last + (AHEAD[i] ?? 0))]
  const measured = [...history.values, ...(joint ? [current] : [])]
  const expected = (of: 'low' | 'mid' | 'high') => [
    ...measured.slice(0, -1).map(() => null),
    ...(ahead.length > 0 ? [measured.at(-1) ?? null] : measured.slice(-1).map(() => null)),
    ...ahead.map((i) => Math.max(0, i[of])),
  ]
  const greatest = Math.max(0, ...history.values, ...ahead.map((i) => i.high))
  const lines: ChartLine[] = [
    { name: 'Measured', series: 1, values: [...measured, ...ahead.map(() => null)] },
  ]
  if (ahead.length > 0)
    lines.push(
      { name: 'Expected', series: 1, look: 'dashed', values: expected('mid') },
      { name: 'At most', series: 1, look: 'bare', values: expected('high') },
      { name: 'At least', series: 1, look: 'bare', values: expected('low') },
    )
  if (limit !== null && limit <= greatest * FAR)
    lines.push({ name: 'Limit', series: 4, look: 'dashed', values: at.map(() => limit) })
  const from = history.at[0] ?? last
  return {
    at,
    lines,
    from,
    // A single day must not fill the width.
    to: Math.max(at.at(-1) ?? last, from + 7 * DAY),
    ...(ahead.length > 0 ? { band: [2, 3] as const } : {}),
  }
}

function describe(subject: CapacitySubject): string {
  const { history, current, unit, in6Months } = subject
  const since = history.at[0]
  const ahead = in6Months ? ` Expected in 6 months: ${showInterval(in6Months, unit)}.` : ' No forecast yet.'
  return `${nameOf(subject)} since ${since === undefined ? 'now' : showDate(since)}, now ${showValue(current, unit)}.${ahead} ${limitWords(subject)}`
}
