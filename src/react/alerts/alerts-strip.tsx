import { plural } from '../../core/format.ts'
import { useAlerts } from '../hooks/use-alerts.ts'
import { Badge } from '../ui/badge.tsx'
import css from './alerts.module.css'

export interface AlertsStripProps {
  readonly address: string
  readonly onOpen: () => void
}

const SHOWN = 3

/** The alerts in a line, for the overview. Nothing where this pgtend has none. */
export function AlertsStrip({ address, onOpen }: AlertsStripProps) {
  const { data } = useAlerts()
  if (!data) return null
  const firing = data.alerts.filter((a) => a.state === 'firing')
  const told = firing.filter((a) => !a.silenced)
  const pending = data.alerts.filter((a) => a.state === 'pending').length
  const rest = [
    told.length > SHOWN ? `${told.length - SHOWN} more` : '',
    pending > 0 ? `${pending} pending` : '',
    firing.length > told.length ? `${firing.length - told.length} silenced` : '',
  ].filter(Boolean)
  return (
    <section className={css.strip} aria-label="Alerts in short">
      <h2>{told.length > 0 ? `${plural(told.length, 'alert')} firing` : 'No alert is firing'}</h2>
      <ul>
        {told.slice(0, SHOWN).map((a) => (
          <li key={a.id}>
            <Badge tone={a.severity}>{a.title}</Badge>
          </li>
        ))}
        {rest.length > 0 && <li className={css.muted}>{rest.join(', ')}</li>}
      </ul>
      <a
        href={address}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
          event.preventDefault()
          onOpen()
        }}
      >
        All alerts
      </a>
    </section>
  )
}
