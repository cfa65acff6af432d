import type { ReactNode } from 'react'
import type { Tone } from './badge.tsx'
import { CodeBlock } from './code-block.tsx'
import { Icon } from './icon.tsx'
import css from './notice.module.css'

export interface NoticeProps {
  readonly tone: Tone
  readonly title: string
  readonly children?: ReactNode
  /** A statement or setting that would change it. */
  readonly fix?: string | undefined
  readonly onRetry?: (() => void) | undefined
}

/** Says in place of content why there is none, or that there is nothing to worry about. */
export function Notice({ tone, title, children, fix, onRetry }: NoticeProps) {
  return (
    <div className={css.notice} data-tone={tone} role={tone === 'critical' ? 'alert' : undefined}>
      <span className={css.sign}>
        <Icon name={tone} size={18} />
      </span>
      <div className={css.words}>
        <p className={css.title}>{title}</p>
        {children && <div className={css.detail}>{children}</div>}
        {fix && <CodeBlock code={fix} label="What would make it known" />}
        {onRetry && (
          <button type="button" className={css.retry} onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  )
}
