import { Popover } from 'radix-ui'
import type { ReactNode } from 'react'
import { usePgtend } from '../context.tsx'
import css from './explain.module.css'
import { Icon } from './icon.tsx'

/** A small button that explains a figure. Opens by click, touch and keyboard, unlike a tooltip. */
export function Explain({ what, children }: { readonly what: string; readonly children: ReactNode }) {
  const { container } = usePgtend()
  return (
    <Popover.Root>
      <Popover.Trigger className={css.trigger} aria-label={`About ${what}`}>
        <Icon name="info" size={14} />
      </Popover.Trigger>
      <Popover.Portal container={container}>
        <Popover.Content className={css.content} sideOffset={6} collisionPadding={12} aria-label={what}>
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
