import { useState } from 'react'
import type { AlertRow } from '../api/alert-types.ts'
import { usePgtend } from '../context.tsx'
import { useAlertActions } from '../hooks/use-alerts.ts'
import css from './alerts.module.css'
import { ReasonDialog } from './reason-dialog.tsx'

const TIMES = [
  { value: '30', name: '30 min' },
  { value: '120', name: '2 h' },
  { value: '480', name: '8 h' },
  { value: '1440', name: '1 d' },
  { value: '10080', name: '7 d' },
] as const

export interface SilenceDialogProps {
  readonly alert: Pick<AlertRow, 'key' | 'title'>
  readonly onClose: () => void
}

/** Keeps one alert from being told to any channel for a while. */
export function SilenceDialog({ alert, onClose }: SilenceDialogProps) {
  const { target } = usePgtend()
  const { silence } = useAlertActions()
  const [minutes, setMinutes] = useState<(typeof TIMES)[number]['value']>('120')
  const match = { ...(target ? { target: target.id } : {}), key: alert.key }
  return (
    <ReasonDialog
      title={`Silence ${alert.title}`}
      span="For"
      times={TIMES}
      time={minutes}
      onTime={setMinutes}
      act="Silence it"
      mutation={silence}
      onApprove={(reason) =>
        silence.mutate({ match, minutes: Number(minutes), reason }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <p className={css.muted}>
        No channel is told of <code>{alert.key}</code> meanwhile. The alert stays on this page, and the score
        counts it.
      </p>
    </ReasonDialog>
  )
}
