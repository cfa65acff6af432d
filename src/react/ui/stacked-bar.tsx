import css from './stacked-bar.module.css'

export interface Part {
  readonly name: string
  readonly value: number
  readonly text: string
  /** 1 to 5: which series colour. */
  readonly series: 1 | 2 | 3 | 4 | 5
}

export interface StackedBarProps {
  readonly parts: readonly Part[]
  /** What the full width means; default: the sum of the parts. */
  readonly whole?: number
  /** Names and values below the bar. Without it the bar needs words elsewhere. */
  readonly legend?: boolean
}

/** Parts of a whole, side by side. The legend carries names and values, so that colour is never alone. */
export function StackedBar({ parts, whole, legend = false }: StackedBarProps) {
  const sum = parts.reduce((total, p) => total + p.value, 0)
  const full = Math.max(whole ?? sum, sum, Number.MIN_VALUE)
  return (
    <div className={css.stack}>
      <div className={css.bar} aria-hidden="true">
        {parts.map((p) => (
          <span key={p.name} data-series={p.series} style={{ width: `${(p.value / full) * 100}%` }} />
        ))}
      </div>
      {legend && (
        <dl className={css.legend}>
          {parts.map((p) => (
            <div key={p.name}>
              <dt>
                <i data-series={p.series} />
                {p.name}
              </dt>
              <dd>{p.text}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
