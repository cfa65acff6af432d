import { formatRatio, formatSeconds } from '../../core/format.ts'
import type { Run } from '../api/action-types.ts'
import { useNow } from '../hooks/use-now.ts'
import { Badge } from '../ui/badge.tsx'
import { Notice } from '../ui/notice.tsx'
import { Measures } from './measures.tsx'
import css from './run-state.module.css'
import { STATES } from './words.ts'

/** How far a run is, or how it ended and what it changed, as measured before and after. */
export function RunState({ run }: { readonly run: Run }) {
  return run.status === 'running' ? <Going run={run} /> : <Ended run={run} />
}

function Going({ run }: { readonly run: Run }) {
  const { startedAt, progress, phase, plan } = run
  const now = useNow(1_000)
  const seconds = Math.max(0, Math.round((now - startedAt) / 1000))
  const share = progress === undefined ? undefined : formatRatio(progress)
  return (
    <div className={css.run}>
      <p className={css.head}>
        <Badge tone="info">Running</Badge>
        <small>
          {share ? `${share}, ` : ''}
          {formatSeconds(seconds)} so far{phase ? `, ${phase}` : ''}
        </small>
      </p>
      <Progress label={plan.summary} done={progress} />
      <Notices texts={run.notices} />
    </div>
  )
}

/** A bar that fills, or one that only moves where the server doesn't say how far it is. */
export function Progress({ label, done }: { readonly label: string; readonly done: number | undefined }) {
  const percent = done === undefined ? undefined : Math.round(done * 100)
  return (
    <div
      className={css.bar}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={percent === undefined ? 'at work' : undefined}
      data-known={percent !== undefined}
    >
      <span style={percent === undefined ? undefined : { width: `${Math.max(2, percent)}%` }} />
    </div>
  )
}

function Ended({ run }: { readonly run: Run }) {
  const { status, error, verification, startedAt, endedAt, plan } = run
  const [tone, word] = STATES[status]
  const took =
    endedAt === undefined ? '' : ` in ${formatSeconds(Math.max(0.001, (endedAt - startedAt) / 1000))}`
  // Done but not as expected is no success.
  const shown = status === 'done' && verification && !verification.ok ? 'warning' : tone
  return (
    <div className={css.run}>
      <Notice tone={shown} title={`${word}${took}`}>
        {error && <p>{error}</p>}
        {verification && (
          <p>
            {verification.ok ? 'Measured again: ' : 'Measured again, not as expected: '}
            {verification.detail}
          </p>
        )}
        {!error && !verification && status !== 'done' && <p>Nothing was measured afterwards.</p>}
      </Notice>
      {verification && <Measures before={plan.before} after={verification.after} />}
      <Notices texts={run.notices} />
    </div>
  )
}

/** What the server said meanwhile. */
function Notices({ texts = [] }: { readonly texts?: readonly string[] | undefined }) {
  if (texts.length === 0) return null
  return (
    <ul className={css.notices} aria-label="What the server said">
      {[...new Set(texts)].map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  )
}
