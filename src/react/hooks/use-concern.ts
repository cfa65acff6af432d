import type { Severity } from '../api/types.ts'
import { useDatabaseHealth } from './use-database-health.ts'

/** How the rules of one subject stand: the worst finding, else whether all could be judged. */
export type Concern = Severity | 'ok' | 'unknown' | undefined

const RANK: Record<Severity, number> = { critical: 3, warning: 2, info: 1 }

/** The state of a widget follows from the rules about its subject, so that the page has no thresholds of its own. */
export function useConcern(rules: readonly string[]): Concern {
  const { data } = useDatabaseHealth()
  if (!data || data.at === null) return undefined
  const own = data.findings.filter((f) => rules.includes(f.rule)).map((f) => f.severity)
  const worst = own.sort((a, b) => RANK[b] - RANK[a])[0]
  if (worst === 'critical' || worst === 'warning') return worst
  if (data.unknown.some((u) => rules.includes(u.rule))) return 'unknown'
  return worst ?? 'ok'
}
