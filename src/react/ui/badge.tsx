import type { ReactNode } from 'react'
import css from './badge.module.css'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'ok' | 'info' | 'warning' | 'critical' | 'unknown'

/** A short word with its sign and colour. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  const icon: IconName = tone
  return (
    <span className={css.badge} data-tone={tone}>
      <Icon name={icon} size={13} />
      {children}
    </span>
  )
}
