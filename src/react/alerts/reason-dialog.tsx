import { type ReactNode, useState } from 'react'
import { Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choice.tsx'
import { Dialog } from '../ui/dialog.tsx'
import field from '../ui/field.module.css'
import { TextField } from '../ui/text-field.tsx'

export interface ReasonDialogProps<T extends string> {
  readonly title: string
  /** What follows from it. */
  readonly children: ReactNode
  /** Above the times: `For`. */
  readonly span: string
  readonly times: readonly { readonly value: T; readonly name: string }[]
  readonly time: T
  readonly onTime: (time: T) => void
  readonly act: string
  readonly mutation: { readonly isPending: boolean; readonly error: Error | null }
  readonly onApprove: (reason: string) => void
  readonly onClose: () => void
}

/** Asks for how long and why something is not to be heard of. Whoever looks later finds the reason. */
export function ReasonDialog<T extends string>(props: ReasonDialogProps<T>) {
  const { title, children, span, times, time, onTime, act, mutation, onApprove, onClose } = props
  const [reason, setReason] = useState('')
  const given = reason.trim() !== ''
  return (
    <Dialog
      title={title}
      size="small"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            tone="primary"
            off={!given}
            busy={mutation.isPending}
            onClick={() => onApprove(reason.trim())}
          >
            {act}
          </Button>
        </>
      }
    >
      {children}
      <div className={field.field}>
        <span className={field.label}>{span}</span>
        <Choice label={span} value={time} onChange={onTime} options={times} />
      </div>
      <TextField
        label="Reason"
        value={reason}
        onChange={setReason}
        hint="Needed: whoever is on call next reads it."
      />
      {mutation.error && <Failure error={mutation.error} />}
    </Dialog>
  )
}
