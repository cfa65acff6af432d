import { atWorst, HEALTHY, type Health, LEAST_COVERAGE } from '../core/health.ts'

/**
 * Rules whose findings maintenance itself cures or eases. A database that is degraded for these alone is no reason to
 * wait: it is the reason to begin.
 */
const CURED: ReadonlySet<string> = new Set([
  'dead-rows',
  'stale-statistics',
  'invalid-index',
  'autovacuum-off',
  'wraparound',
  'sequential-scans',
  'slow-average-query',
  'many-slow-queries',
  'slow-query',
])

/** What is known of a target when maintenance asks. */
export interface Condition {
  readonly connected: boolean
  readonly role: 'primary' | 'standby' | undefined
  readonly health: Health | undefined
}

/** Why maintenance must wait now, in a sentence, or undefined. Pure. */
export function pauseReason({ connected, role, health }: Condition): string | undefined {
  if (!connected) return 'the server can not be reached'
  if (role === 'standby') return 'a standby is maintained by its primary'
  if (!health) return 'the database has not been judged yet'
  const others = health.deductions.filter((d) => !CURED.has(d.rule))
  const lost = others.reduce((sum, d) => sum + d.points, 0)
  const cap = health.cap && !CURED.has(health.cap.rule) ? health.cap.at : 100
  const score = Math.min(cap, 100 - lost)
  if (score < HEALTHY) {
    const why = others.map((d) => d.title.toLowerCase()).join(', ')
    return `the database is not well for other reasons (${why || 'a fatal state'}): ${Math.max(0, score)} of 100 without what maintenance cures`
  }
  const unseen = health.unknown.filter((u) => !CURED.has(u.rule))
  const blind = health.coverage < LEAST_COVERAGE || atWorst(score, unseen) < HEALTHY
  return blind ? 'too little of its health could be judged' : undefined
}
