import { plural } from '../../core/format.ts'
import type { AlertRow } from '../api/alert-types.ts'
import { useAlerts } from '../hooks/use-alerts.ts'
import { AnswerState } from '../ui/answer-state.tsx'
import { Disclosure } from '../ui/disclosure.tsx'
import { Notice } from '../ui/notice.tsx'
import { Widget } from '../widgets/widget.tsx'
import { AlertItem } from './alert-item.tsx'
import css from './alerts.module.css'

/** Alerts that fire, that are about to, and that are over. */
export function AlertList() {
  const alerts = useAlerts()
  const of = (state: AlertRow['state']) => (alerts.data?.alerts ?? []).filter((a) => a.state === state)
  const firing = of('firing').filter((a) => !a.silenced)
  const silenced = of('firing').filter((a) => a.silenced)
  const pending = of('pending')
  const resolved = of('resolved').sort((a, b) => (b.resolvedAt ?? 0) - (a.resolvedAt ?? 0))
  return (
    <Widget
      title="Alerts"
      span={3}
      id="alerts"
      aside={firing.length > 0 && <span className={css.muted}>{plural(firing.length, 'alert')} firing</span>}
    >
      <AnswerState query={alerts} what="Alerts" lines={5}>
        {() => (
          <>
            {firing.length === 0 && <NothingFires pending={pending.length} />}
            <Group title="Firing" alerts={firing} />
            <Group title="Firing, but silenced" alerts={silenced} />
            <Group title="Pending: told when it lasts" alerts={pending} />
            {resolved.length > 0 && (
              <Disclosure summary={<span>{plural(resolved.length, 'alert')} resolved</span>}>
                <Group title="Resolved" alerts={resolved.slice(0, 30)} bare />
              </Disclosure>
            )}
          </>
        )}
      </AnswerState>
    </Widget>
  )
}

const NothingFires = ({ pending }: { readonly pending: number }) => (
  <Notice tone="ok" title="No alert is firing">
    {pending === 1 && 'The condition below would fire if it lasts.'}
    {pending > 1 && `${plural(pending, 'condition')} below would fire if they last.`}
  </Notice>
)

interface GroupProps {
  readonly title: string
  readonly alerts: readonly AlertRow[]
  /** Without its title to eyes. */
  readonly bare?: boolean
}

function Group({ title, alerts, bare = false }: GroupProps) {
  if (alerts.length === 0) return null
  return (
    <section className={css.group}>
      {!bare && <h3>{title}</h3>}
      <ul className={css.list} aria-label={title}>
        {alerts.map((a) => (
          <li key={a.id}>
            <AlertItem alert={a} />
          </li>
        ))}
      </ul>
    </section>
  )
}
