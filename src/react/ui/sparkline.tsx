import css from './sparkline.module.css'

export interface SparklineProps {
  readonly values: readonly (number | null)[]
  /** What it shows, for screen readers. */
  readonly label: string
  /** Top of the scale; default: the greatest value. */
  readonly top?: number | undefined
}

const WIDTH = 300
const HEIGHT = 48

/** A small line without axes. A gap in the values is a gap in the line. */
export function Sparkline({ values, label, top }: SparklineProps) {
  const known = values.filter((v) => v !== null)
  if (known.length < 2) return null
  const highest = Math.max(top ?? 0, ...known, Number.MIN_VALUE)
  const x = (i: number) => (i / (values.length - 1)) * WIDTH
  const y = (v: number) => HEIGHT - 2 - (v / highest) * (HEIGHT - 4)
  const runs = runsOf(values)
  const line = runs.map((r) => `M${r.map(([i, v]) => `${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join('L')}`)
  const area = runs.map((r, n) => {
    const first = r[0]?.[0] ?? 0
    const last = r.at(-1)?.[0] ?? 0
    return `${line[n]}L${x(last).toFixed(1)} ${HEIGHT}L${x(first).toFixed(1)} ${HEIGHT}Z`
  })
  return (
    <svg
      className={css.sparkline}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path className={css.area} d={area.join('')} />
      <path className={css.line} d={line.join('')} vectorEffect="non-scaling-stroke" />
    </svg>
  )
}

/** Neighbouring values that are known, as lists of (index, value). */
function runsOf(values: readonly (number | null)[]): (readonly [number, number])[][] {
  const runs: (readonly [number, number])[][] = []
  let open = false
  values.forEach((v, i) => {
    if (v === null) {
      open = false
      return
    }
    if (!open) runs.push([])
    open = true
    runs.at(-1)?.push([i, v])
  })
  return runs
}
