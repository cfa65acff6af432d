import type { Unit } from '../../core/columns.ts'
import { formatSeconds } from '../../core/format.ts'
import { showValue } from '../display.ts'
import { useHistory } from '../hooks/use-history.ts'
import { Sparkline } from '../ui/sparkline.tsx'
import css from './widget.module.css'

export interface TrendProps {
  readonly metric: string
  readonly unit: Unit
  readonly name: string
  readonly top?: number | undefined
}

/** The last hour of one metric, or what there is of it, as a small line; nothing where there is no history yet. */
export function Trend({ metric, unit, name, top }: TrendProps) {
  const { data } = useHistory(metric, '1h')
  const series = data?.series[0]
  if (!data || !series) return null
  const begin = series.values.findIndex((v) => v !== null)
  // The last bucket is often not filled yet; that is no gap.
  const end = series.values.at(-1) === null ? -1 : undefined
  const values = begin < 0 ? [] : series.values.slice(begin, end)
  const known = values.filter((v) => v !== null)
  if (known.length < 2) return null
  const range = `${showValue(Math.min(...known), unit)} to ${showValue(Math.max(...known), unit)}`
  const time = begin === 0 ? 'last hour' : `last ${formatSeconds((values.length * data.step) / 1000)}`
  return (
    <div className={css.trend}>
      <Sparkline values={values} top={top} label={`${name}, ${time}: ${range}`} />
      <span aria-hidden="true">
        {name}, {time}: {range}
      </span>
    </div>
  )
}
