import { formatRatio, plural } from '../../core/format.ts'
import type { HealthAnswer } from '../api/types.ts'
import { usePgtend } from '../context.tsx'
import { showMoment } from '../display.ts'
import { useCatalog } from '../hooks/use-catalog.ts'
import { useDatabaseHealth } from '../hooks/use-database-health.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { Notice } from '../ui/notice.tsx'
import { ScoreRing, type Standing } from '../ui/score-ring.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Deductions } from './deductions.tsx'
import css from './status-card.module.css'
import { Unknowns } from './unknowns.tsx'

/** The score, the word for it, what was taken off and what could not be judged. */
export function StatusCard() {
  const { target } = usePgtend()
  const { data, error, refetch } = useDatabaseHealth()
  return (
    <Card title="Health" span={3} id="health">
      {data ? (
        <Standings health={data} name={target?.name ?? data.target} />
      ) : error ? (
        <Notice tone="critical" title={error.message} onRetry={() => refetch()} />
      ) : (
        <Skeleton lines={5} />
      )}
    </Card>
  )
}

const WORDS: Record<Standing, [Tone, string]> = {
  healthy: ['ok', 'Healthy'],
  degraded: ['warning', 'Degraded'],
  unhealthy: ['critical', 'Unhealthy'],
  unknown: ['unknown', 'Not known'],
  unreachable: ['unknown', 'Unreachable'],
  connecting: ['info', 'Connecting'],
}

function Standings({ health, name }: { readonly health: HealthAnswer; readonly name: string }) {
  const { connection, at, score, since, error, findings } = health
  const away = connection === 'unreachable'
  const standing: Standing = away ? 'unreachable' : at === null ? 'connecting' : health.status
  const [tone, word] = WORDS[standing]
  const points = score === null || standing === 'unknown' ? '' : `, score ${score} of 100`
  const announcement = `${name}: ${word.toLowerCase()}${points}, ${plural(findings.length, 'finding')}`
  return (
    <>
      {away && (
        <Notice tone="critical" title={`Unreachable since ${showMoment(since)}`}>
          {error && (
            <p>
              {error.message}. {error.remedy}
            </p>
          )}
          <p>
            {at === null
              ? 'Nothing was known before.'
              : `Everything below was last read at ${showMoment(at)}.`}
          </p>
        </Notice>
      )}
      <div className={css.standings} data-stale={away}>
        <div className={css.left}>
          <div className={css.score}>
            <ScoreRing score={score} standing={standing} />
            <div className={css.words}>
              <p className={css.word} data-tone={tone}>
                {word}
              </p>
              <p className={css.name}>{name}</p>
              <Coverage health={health} />
              {standing === 'unknown' && score !== null && (
                <p className={css.coverage}>
                  What could be judged scores {score}
                  {health.worst < score
                    ? `. What could not may take it down to ${health.worst}.`
                    : ', which proves too little.'}
                </p>
              )}
            </div>
          </div>
          <Unknowns unknown={health.unknown} judged={at !== null} />
        </div>
        <Deductions deductions={health.deductions} cap={health.cap} judged={at !== null} />
      </div>
      <p className={css.announce} role="status">
        {announcement}
      </p>
    </>
  )
}

function Coverage({ health: { at, coverage, unknown } }: { readonly health: HealthAnswer }) {
  const { data: catalog } = useCatalog()
  if (at === null) return <p className={css.coverage}>The first reading is under way.</p>
  // Coverage is judged / applicable and the unknown ones are the rest, so that both counts follow from it.
  const applicable = coverage < 1 ? Math.round(unknown.length / (1 - coverage)) : catalog?.rules.length
  const judged = applicable === undefined ? undefined : applicable - unknown.length
  return (
    <p className={css.coverage}>
      {coverage < 1 && judged !== undefined
        ? `${judged} of ${applicable} checks could be judged`
        : 'All checks that apply here could be judged'}
      {coverage < 1 && <Badge tone="unknown">{formatRatio(coverage)} coverage</Badge>}
    </p>
  )
}
