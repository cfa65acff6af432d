import { usePgtend } from './context.tsx'
import { showAgo } from './display.ts'
import { useNow } from './hooks/use-now.ts'
import css from './live-indicator.module.css'

/** Whether what is shown is live, and how old it is. The age is not announced: it moves each second. */
export function LiveIndicator() {
  const { live, target, targetsError } = usePgtend()
  const now = useNow(1_000)
  const state = targetsError ? 'offline' : live
  return (
    <p className={css.live} data-state={state}>
      <i aria-hidden="true" />
      <span role="status">{WORDS[state]}</span>
      {target?.at !== undefined && <span className={css.age}>read {showAgo(target.at, now)}</span>}
    </p>
  )
}

const WORDS = {
  connecting: 'Connecting',
  live: 'Live',
  polling: 'Every 15 s',
  offline: 'pgtend does not answer',
} as const
