import { type MouseEvent, useEffect, useRef } from 'react'
import { plural } from '../core/format.ts'
import { useAlerts } from './hooks/use-alerts.ts'
import { useRuns } from './hooks/use-runs.ts'
import css from './navigation.module.css'
import { GROUPS, TITLES, VIEWS, type View } from './views.ts'

export interface NavigationProps {
  readonly view: View
  readonly onChange: (view: View) => void
  /** Where a view has an address of its own. */
  readonly addressOf: (view: View) => string
}

/** The views of the page, with what goes on in those that one does not see. */
export function Navigation({ view, onChange, addressOf }: NavigationProps) {
  const current = useRef<HTMLAnchorElement>(null)
  // On a phone the views are a row that scrolls: the chosen one must be in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the view changes
  useEffect(() => {
    const link = current.current
    const row = link?.closest('nav')
    // Not scrollIntoView: it would also make the link the place that Tab starts from.
    if (link && row) row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2
  }, [view])
  const go = (event: MouseEvent, to: View) => {
    // A click that opens a tab or a window is the browser's.
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return
    event.preventDefault()
    onChange(to)
  }
  return (
    <nav className={css.nav} aria-label="Views">
      <ul>
        {VIEWS.map((v) => (
          <li key={v} data-first={GROUPS.some(([first]) => first === v)}>
            <a
              ref={v === view ? current : undefined}
              href={addressOf(v)}
              aria-current={v === view ? 'page' : undefined}
              onClick={(event) => go(event, v)}
            >
              {TITLES[v]}
              {v === 'alerts' && <FiringCount />}
              {v === 'maintenance' && <RunningCount />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function FiringCount() {
  const { data } = useAlerts()
  const firing = data?.alerts.filter((a) => a.state === 'firing' && !a.silenced) ?? []
  if (firing.length === 0) return null
  const tone = firing.some((a) => a.severity === 'critical') ? 'critical' : 'warning'
  return <Count count={firing.length} tone={tone} words={`${plural(firing.length, 'alert')} firing`} />
}

function RunningCount() {
  const { data } = useRuns()
  const running = data?.runs.filter((r) => r.status === 'running').length ?? 0
  if (running === 0) return null
  return <Count count={running} tone="info" words={`${plural(running, 'action')} running`} />
}

interface CountProps {
  readonly count: number
  readonly tone: string
  readonly words: string
}

const Count = ({ count, tone, words }: CountProps) => (
  <span className={css.count} data-tone={tone} role="img" aria-label={words}>
    {count}
  </span>
)
