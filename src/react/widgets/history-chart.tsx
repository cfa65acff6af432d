import { useMemo } from 'react'
import type { HistoryAnswer, Range } from '../api/types.ts'
import { usePgtend } from '../context.tsx'
import { useHistory } from '../hooks/use-history.ts'
import { Chart } from '../ui/chart.tsx'
import { Notice } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

type Line = readonly [name: string, metric: string]

export interface HistoryChartProps {
  readonly title: string
  readonly range: Range
  readonly lines: readonly [Line] | readonly [Line, Line]
  /** Fixed top of the scale. */
  readonly top?: number
}

/** The shortest time that a chart shows. */
const LEAST = 300_000
const LENGTH: Record<Range, number> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 }

/** One or two metrics over the range on a common scale. */
export function HistoryChart({ title, range, lines, top }: HistoryChartProps) {
  const { target } = usePgtend()
  const [first, second = first] = lines
  const one = useHistory(first[1], range)
  const two = useHistory(second[1], range)
  const database = target?.database

  const drawn = useMemo(() => {
    if (!one.data || !two.data) return undefined
    const answers = second === first ? [one.data] : [one.data, two.data]
    return align(answers.map((a) => seriesOf(a, database)))
  }, [one.data, two.data, first, second, database])

  const error = one.error ?? two.error
  if (!drawn || !one.data)
    return error ? (
      <Notice
        tone="critical"
        title={`${title}: ${error.message}`}
        onRetry={() => Promise.all([one.refetch(), two.refetch()])}
      />
    ) : (
      <Skeleton lines={5} />
    )
  if (!drawn.values.some((values) => values.some((v) => v !== null)))
    return (
      <Notice tone="info" title={`${title}: no history yet`}>
        The line begins with the first samples and grows while pgtend runs.
      </Notice>
    )
  const to = Math.max(Date.now(), drawn.at.at(-1) ?? 0)
  const begun = drawn.at.find((_, i) => drawn.values.some((values) => values[i] !== null)) ?? to
  return (
    <Chart
      title={title}
      unit={one.data.unit}
      at={drawn.at}
      top={top}
      from={startOf(range, begun, to)}
      to={to}
      lines={lines.map(([name], i) => ({ name, series: i === 0 ? 1 : 2, values: drawn.values[i] ?? [] }))}
    />
  )
}

/** In its first hour a history fills the chart; longer ranges always have their whole length. */
function startOf(range: Range, begun: number, to: number): number {
  const whole = to - LENGTH[range]
  return range === '1h' ? Math.max(whole, Math.min(begun, to - LEAST)) : whole
}

/** The series of the watched database where there is one for each database, else the only one. */
function seriesOf(
  { series }: HistoryAnswer,
  database: string | undefined,
): HistoryAnswer['series'][number] | undefined {
  return series.find((s) => s.labels.database === database && database !== undefined) ?? series[0]
}

/** Values of several series on one list of moments; a moment that one of them lacks is a gap in it. */
function align(all: readonly (HistoryAnswer['series'][number] | undefined)[]) {
  const at = [...new Set(all.flatMap((s) => s?.at ?? []))].sort((a, b) => a - b)
  const values = all.map((s) => {
    const known = new Map(s?.at.map((t, i) => [t, s.values[i] ?? null]))
    return at.map((t) => known.get(t) ?? null)
  })
  return { at, values }
}
