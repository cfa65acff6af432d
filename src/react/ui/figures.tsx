import type { ReactNode } from 'react'
import css from './figures.module.css'

export interface FigureItem {
  readonly name: string
  readonly value: string
  /** Stands beside the name, for example a button that explains it. */
  readonly help?: ReactNode
  readonly note?: string
}

/** A row of measured values with their names. */
export function Figures({ items }: { readonly items: readonly FigureItem[] }) {
  return (
    <dl className={css.figures}>
      {items.map((item) => (
        <div key={item.name}>
          <dt>
            {item.name}
            {item.help}
          </dt>
          <dd>
            {item.value}
            {item.note && <small>{item.note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
