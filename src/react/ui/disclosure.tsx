import type { ReactNode } from 'react'
import css from './disclosure.module.css'
import { Icon } from './icon.tsx'

export interface DisclosureProps {
  readonly summary: ReactNode
  /** Whether it is open at first. */
  readonly open?: boolean
  readonly children: ReactNode
}

/** A line that opens to more. */
export function Disclosure({ summary, open = false, children }: DisclosureProps) {
  return (
    <details className={css.disclosure} open={open}>
      <summary className={css.summary}>
        <Icon name="chevron" size={14} />
        <div>{summary}</div>
      </summary>
      <div className={css.content}>{children}</div>
    </details>
  )
}
