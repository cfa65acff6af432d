import css from './score-ring.module.css'

export type Standing = 'healthy' | 'degraded' | 'unhealthy' | 'unknown' | 'unreachable' | 'connecting'

const RADIUS = 62
const AROUND = 2 * Math.PI * RADIUS

export interface ScoreRingProps {
  /** 0 to 100, or null where there is none to stand by. */
  readonly score: number | null
  readonly standing: Standing
}

/** The score as a ring that is as full as it. Where too little is known the ring is dashed and has no number. */
export function ScoreRing({ score, standing }: ScoreRingProps) {
  const known = standing === 'unknown' ? null : score
  return (
    <div
      className={css.ring}
      data-standing={standing}
      role="img"
      aria-label={known === null ? 'No health score' : `Health score ${known} of 100`}
    >
      <svg viewBox="0 0 144 144" aria-hidden="true">
        <circle className={known === null ? css.dashed : css.track} cx="72" cy="72" r={RADIUS} />
        {known !== null && (
          <circle
            className={css.arc}
            cx="72"
            cy="72"
            r={RADIUS}
            strokeDasharray={`${(known / 100) * AROUND} ${AROUND}`}
            transform="rotate(-90 72 72)"
          />
        )}
      </svg>
      <span className={css.score}>
        {known ?? '?'}
        {known !== null && <small>of 100</small>}
      </span>
    </div>
  )
}
