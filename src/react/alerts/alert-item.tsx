import { PlanButton } from '../actions/plan-button.tsx'
import type { AlertRow } from '../api/alert-types.ts'
import { showMoment, showUntil } from '../display.ts'
import { useAlertActions } from '../hooks/use-alerts.ts'
import { useRemedies } from '../hooks/use-remedies.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { useDialog } from '../ui/dialog-host.tsx'
import css from './alerts.module.css'
import { SilenceDialog } from './silence-dialog.tsx'

const WORDS = { critical: 'Critical', warning: 'Warning', info: 'Note' } as const

/** One alert: what is wrong, since when, what to do, and who has seen it. */
export function AlertItem({ alert }: { readonly alert: AlertRow }) {
  const { state, severity, title, summary, action, acknowledgedBy, silenced } = alert
  const over = state === 'resolved'
  const tone: Tone = over ? 'ok' : state === 'pending' ? 'unknown' : severity
  return (
    <article className={css.item} aria-label={title}>
      <p className={css.head}>
        <Badge tone={tone} icon={state === 'pending' ? 'clock' : tone}>
          {over ? 'Resolved' : WORDS[severity]}
        </Badge>
        <b>{title}</b>
        {acknowledgedBy !== undefined && <Badge tone="info">Acknowledged by {acknowledgedBy}</Badge>}
        {silenced && !over && (
          <Badge tone="unknown" icon="clock">
            Silenced until {showUntil(silenced.until)}
          </Badge>
        )}
        <small>{timesOf(alert)}</small>
      </p>
      <p className={css.summary}>{summary}</p>
      {silenced && !over && <p className={css.muted}>Silenced: {silenced.reason}</p>}
      {!over && action && (
        <p className={css.action}>
          <b>What to do:</b> {action}
        </p>
      )}
      {!over && <Buttons alert={alert} />}
    </article>
  )
}

function Buttons({ alert }: { readonly alert: AlertRow }) {
  const { acknowledge } = useAlertActions()
  const open = useDialog()
  const actions = useRemedies(alert.key.slice(alert.key.indexOf('/') + 1))
  return (
    <div className={css.buttons}>
      {actions.map((a) => (
        <PlanButton key={a.name} action={a} />
      ))}
      {alert.state === 'firing' && alert.acknowledgedBy === undefined && (
        <Button
          size="small"
          busy={acknowledge.isPending}
          aria-label={`Acknowledge ${alert.title}`}
          onClick={() => acknowledge.mutate(alert.id)}
        >
          Acknowledge
        </Button>
      )}
      {!alert.silenced && (
        <Button
          size="small"
          aria-label={`Silence ${alert.title}`}
          onClick={() => open((close) => <SilenceDialog alert={alert} onClose={close} />)}
        >
          Silence …
        </Button>
      )}
      {acknowledge.error && (
        <p role="alert" className={css.error}>
          {acknowledge.error.message}
        </p>
      )}
    </div>
  )
}

function timesOf({ state, since, firedAt, resolvedAt }: AlertRow): string {
  if (state === 'resolved') return `${showMoment(firedAt ?? since)} to ${showMoment(resolvedAt ?? since)}`
  const begun = `since ${showMoment(since)}`
  return firedAt === undefined ? begun : `${begun}, fired ${showMoment(firedAt)}`
}
