import type { ReactNode } from 'react'
import css from './badge.module.css'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'ok' | 'info' | 'warning' | 'critical' | 'unknown'

interface BadgeProps {
  readonly tone: Tone
  /** In place of the tone's own. */
  readonly icon?: IconName
  readonly children: ReactNode
}

/** A short word with its sign and colour. */
export function Badge({ tone, icon = tone, children }: BadgeProps) {
  return (
    <span className={css.badge} data-tone={tone}>
      <Icon name={icon} size={13} />
      {children}
    </span>
  )
}
