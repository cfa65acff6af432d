import './safe-locale.ts'
import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import type { Unit } from '../../core/columns.ts'
import { showMoment, showValue } from '../display.ts'
import { useSchemeVersion } from '../hooks/use-scheme-version.ts'
import css from './chart.module.css'
import { chartOptions, isListed } from './chart-options.ts'

export interface ChartLine {
  readonly name: string
  /** 1 to 5: which series colour. */
  readonly series: 1 | 2 | 3 | 4 | 5
  readonly values: readonly (number | null)[]
  /** dashed: not measured but expected or set. bare: only a bound of the band, neither drawn nor listed. */
  readonly look?: 'dashed' | 'bare'
}

export interface ChartProps {
  readonly title: string
  readonly unit: Unit
  /** Epoch milliseconds of each value. */
  readonly at: readonly number[]
  readonly lines: readonly ChartLine[]
  /** Fixed top of the scale, for example 100 for a score. */
  readonly top?: number | undefined
  /** The first and last moment to show, epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** Which two lines bound a band: the upper and the lower. */
  readonly band?: readonly [number, number]
  /** What it shows, for screen readers, where the figures are not it. */
  readonly label?: string
}

/** Lines over time. Missing values are gaps. The figures below it say in words what it shows. */
export function Chart({ title, unit, at, lines, top, from, to, band, label }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const scheme = useSchemeVersion()
  const names = lines.map((l) => l.name).join('|')

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew only when its shape or colours change
  useEffect(() => {
    const host = box.current
    if (!host) return
    const made = new uPlot(chartOptions(host, lines, unit, { top, band }), [[]], host)
    plot.current = made
    const observer = new ResizeObserver(() =>
      made.setSize({ width: host.clientWidth, height: host.clientHeight }),
    )
    observer.observe(host)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [names, unit, top, scheme])

  // biome-ignore lint/correctness/useExhaustiveDependencies: after the plot was made anew it needs its data again
  useEffect(() => {
    const made = plot.current
    if (!made) return
    made.setData([at.map((t) => t / 1000), ...lines.map((l) => [...l.values])], false)
    made.batch(() => {
      made.setScale('x', { min: from / 1000, max: to / 1000 })
    })
  }, [at, lines, from, to, names, unit, top, scheme])

  return (
    <figure className={css.figure}>
      <figcaption className={css.caption}>{title}</figcaption>
      <div ref={box} className={css.plot} role="img" aria-label={label ?? describe(title, unit, at, lines)} />
      <dl className={css.legend}>
        {lines.filter(isListed).map((l) => (
          <div key={l.name}>
            <dt>
              <i data-series={l.series} data-look={l.look} />
              {l.name}
            </dt>
            <dd>
              {showValue(
                l.values.findLast((v) => v !== null),
                unit,
              )}
              <small>{rangeOf(l.values, unit)}</small>
            </dd>
          </div>
        ))}
      </dl>
    </figure>
  )
}

function rangeOf(values: readonly (number | null)[], unit: Unit): string {
  const known = values.filter((v) => v !== null)
  const [first] = known
  if (first === undefined || known.every((v) => v === first)) return ''
  return `${showValue(Math.min(...known), unit)} to ${showValue(Math.max(...known), unit)}`
}

function describe(title: string, unit: Unit, at: readonly number[], lines: readonly ChartLine[]): string {
  const first = at[0]
  const last = at.at(-1)
  if (first === undefined || last === undefined) return `${title}: no values`
  const words = lines.map((l) => {
    const now = showValue(
      l.values.findLast((v) => v !== null),
      unit,
    )
    const missing = l.values.filter((v) => v === null).length
    const gaps = missing > 0 ? `, ${missing} of ${l.values.length} values missing` : ''
    return `${l.name} last ${now}, ${rangeOf(l.values, unit)}${gaps}`
  })
  return `${title} from ${showMoment(first)} to ${showMoment(last)}: ${words.join('; ')}`
}
