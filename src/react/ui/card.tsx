import { type ReactNode, useId } from 'react'
import css from './card.module.css'

export interface CardProps {
  readonly title: string
  /** Stands at the right of the title. */
  readonly aside?: ReactNode
  /** How many of three columns it takes on a wide screen. */
  readonly span?: 1 | 2 | 3
  readonly id?: string
  readonly children: ReactNode
}

/** A titled region of the page. */
export function Card({ title, aside, span = 1, id, children }: CardProps) {
  const heading = useId()
  return (
    <section className={css.card} data-span={span} aria-labelledby={heading} id={id}>
      <header className={css.head}>
        <h2 id={heading} className={css.title}>
          {title}
        </h2>
        {aside && <div className={css.aside}>{aside}</div>}
      </header>
      {children}
    </section>
  )
}
