import { plural } from '../../core/format.ts'
import type { SessionRef } from '../api/action-types.ts'
import { Disclosure } from '../ui/disclosure.tsx'
import css from './plan-details.module.css'

export interface SessionListProps {
  readonly title: string
  readonly sessions: readonly SessionRef[]
  /** Closed at first. */
  readonly folded?: boolean
}

/** Sessions that a plan hits or spares, each with the reason. */
export function SessionList({ title, sessions, folded = false }: SessionListProps) {
  if (sessions.length === 0) return null
  const heading = `${title}: ${plural(sessions.length, 'session')}`
  const list = (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls, and must by keyboard too
    <ul className={css.sessions} aria-label={heading} tabIndex={0}>
      {sessions.map((s) => (
        <li key={`${s.pid}/${s.backendStart}`} className={css.session}>
          <p>
            <b>PID {s.pid}</b>
            <span>
              {[s.application || 'unnamed', s.user, s.database, s.state].filter(Boolean).join(' · ')}
            </span>
          </p>
          <small>{s.reason}</small>
        </li>
      ))}
    </ul>
  )
  if (folded) return <Disclosure summary={<span className={css.count}>{heading}</span>}>{list}</Disclosure>
  return (
    <section className={css.section}>
      <h3>{heading}</h3>
      {list}
    </section>
  )
}
