import { type ReactNode, useId, useState } from 'react'
import { usePgtend } from '../context.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import css from './approval-dialog.module.css'
import { ConfirmName } from './confirm-name.tsx'

export interface ApprovalDialogProps {
  readonly title: string
  /** What the button does, as a person would say it: `Vacuum public.orders`. Absent: there is nothing to do. */
  readonly act: string | undefined
  /** Must be typed first, since the act can't be taken back. */
  readonly confirm?: string | undefined
  /** Why it can't be approved. */
  readonly obstacle?: string | undefined
  /** There is a plan to approve. */
  readonly ready: boolean
  readonly starting: boolean
  readonly onApprove: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A plan and, below it, the act that it would be. */
export function ApprovalDialog(props: ApprovalDialogProps) {
  const { title, act, confirm, obstacle, ready, starting, onApprove, onClose, children } = props
  const { target } = usePgtend()
  const [typed, setTyped] = useState('')
  const reason = useId()
  const asked = ready && confirm !== undefined && !obstacle
  const mayGo = ready && !obstacle && (!asked || typed.trim() === confirm)
  const foot =
    act === undefined ? (
      <Button tone="primary" onClick={onClose}>
        Close
      </Button>
    ) : (
      <>
        {ready && obstacle && (
          <p id={reason} className={css.obstacle}>
            <Icon name="warning" />
            <span>{obstacle}</span>
          </p>
        )}
        {asked && (
          <div className={css.name}>
            <ConfirmName name={confirm} on={target?.name ?? ''} value={typed} onChange={setTyped} />
          </div>
        )}
        <Button onClick={onClose}>Not now</Button>
        <Button
          tone={confirm === undefined ? 'primary' : 'danger'}
          off={!mayGo}
          busy={starting}
          aria-describedby={obstacle ? reason : undefined}
          onClick={onApprove}
        >
          {starting ? 'Starting …' : act}
        </Button>
      </>
    )
  return (
    <Dialog title={title} onClose={onClose} foot={foot}>
      {children}
    </Dialog>
  )
}
