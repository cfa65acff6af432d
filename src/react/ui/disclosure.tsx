import type { ReactNode } from 'react'
import css from './disclosure.module.css'
import { Icon } from './icon.tsx'

/** A line that opens to more. */
export function Disclosure({
  summary,
  children,
}: {
  readonly summary: ReactNode
  readonly children: ReactNode
}) {
  return (
    <details className={css.disclosure}>
      <summary className={css.summary}>
        <Icon name="chevron" size={14} />
        <div>{summary}</div>
      </summary>
      <div className={css.content}>{children}</div>
    </details>
  )
}
