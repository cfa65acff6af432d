import { useState } from 'react'
import type { Finding } from '../api/types.ts'
import { useAlertActions, useSuppressions } from '../hooks/use-alerts.ts'
import { isAbsent } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { useDialog } from '../ui/dialog-host.tsx'
import css from './alerts.module.css'
import { ReasonDialog } from './reason-dialog.tsx'

const TIMES = [
  { value: '7', name: '7 d' },
  { value: '30', name: '30 d' },
  { value: '90', name: '90 d' },
  { value: '365', name: '1 year' },
] as const

/** Takes a finding that one has decided to live with out of score and alerts, for a time and with a reason. */
export function SuppressButton({ finding }: { readonly finding: Pick<Finding, 'key' | 'title'> }) {
  const open = useDialog()
  const { error } = useSuppressions()
  if (isAbsent(error)) return null
  return (
    <Button
      size="small"
      onClick={() => open((close) => <SuppressDialog finding={finding} onClose={close} />)}
    >
      Suppress …
    </Button>
  )
}

interface SuppressDialogProps {
  readonly finding: Pick<Finding, 'key' | 'title'>
  readonly onClose: () => void
}

function SuppressDialog({ finding, onClose }: SuppressDialogProps) {
  const { suppress } = useAlertActions()
  const [days, setDays] = useState<(typeof TIMES)[number]['value']>('30')
  return (
    <ReasonDialog
      title={`Suppress ${finding.title}`}
      span="It comes back after"
      times={TIMES}
      time={days}
      onTime={setDays}
      act="Suppress it"
      mutation={suppress}
      onApprove={(reason) =>
        suppress.mutate({ key: finding.key, reason, days: Number(days) }, { onSuccess: onClose })
      }
      onClose={onClose}
    >
      <p className={css.muted}>
        <code>{finding.key}</code> leaves the score and the alerts. It is listed with your reason under
        Alerts, where it can be taken back.
      </p>
    </ReasonDialog>
  )
}
