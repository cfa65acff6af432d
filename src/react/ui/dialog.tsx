import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { usePgtend } from '../context.tsx'
import css from './dialog.module.css'
import { Icon } from './icon.tsx'

export interface DialogProps {
  readonly title: string
  readonly size?: 'small' | 'large'
  readonly onClose: () => void
  /** Buttons below what scrolls. */
  readonly foot?: ReactNode
  readonly children: ReactNode
}

/** What had the focus when a dialog came up over the page; a dialog that follows another one keeps it. */
let opener: Element | null = null

function findOpener(): Element | null {
  const active = document.activeElement
  if (!active?.closest('[role=dialog]')) opener = active
  return opener
}

/** Gives the focus back; to the view where what opened the dialog has gone meanwhile. */
function giveBack(to: Element | null): void {
  if (document.querySelector('[role=dialog]')) return
  const place = to?.isConnected ? to : document.getElementById('view')
  if (place instanceof HTMLElement) place.focus()
}

/** A dialog over the page while it is mounted. Escape, a click beside it and its cross close it. */
export function Dialog({ title, size = 'large', onClose, foot, children }: DialogProps) {
  const { container } = usePgtend()
  const [from] = useState(findOpener)
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal container={container}>
        <Radix.Overlay className={css.overlay}>
          <Radix.Content
            className={css.dialog}
            data-size={size}
            aria-describedby={undefined}
            onCloseAutoFocus={(event) => {
              event.preventDefault()
              giveBack(from)
            }}
          >
            <header className={css.head}>
              <Radix.Title className={css.title}>{title}</Radix.Title>
              <Radix.Close className={css.close} aria-label="Close">
                <Icon name="close" />
              </Radix.Close>
            </header>
            <div className={css.body}>{children}</div>
            {foot && <footer className={css.foot}>{foot}</footer>}
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  )
}
