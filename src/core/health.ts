import type { Suppression } from './notice.ts'
import type { Reason } from './outcome.ts'
import type { Finding, Rule, Severity } from './rule.ts'

export type Status = 'healthy' | 'degraded' | 'unhealthy' | 'unknown'

/** Points taken off the score by one rule. */
export interface Deduction {
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  readonly points: number
  /** The worst finding's sentence. */
  readonly summary: string
}

/** A rule that could not be judged, and what would change that. */
export interface Unknown {
  readonly rule: string
  readonly title: string
  /** The table that could not be read. */
  readonly table: string
  readonly reason: Reason
  readonly detail: string
  readonly fix?: string
  /** The most that it could take off the score. 0 where only time will tell, or nothing that one could do. */
  readonly points: number
  /** What it could hold the score down to. */
  readonly cap?: number
}

/** With who suppressed it, why, and until when. */
export interface SuppressedFinding extends Finding {
  readonly suppression: Suppression
}

/** A fatal state that holds the score down whatever else is well. */
export interface Cap {
  readonly rule: string
  readonly title: string
  /** The score is at most this. */
  readonly at: number
}

export interface Health {
  /** 0 to 100: 100 minus the deductions, at most the cap. */
  readonly score: number
  /** Present where it lowers the score. */
  readonly cap?: Cap
  readonly status: Status
  /** The score if all that is hidden were as bad as can be; the score itself where nothing is. */
  readonly worst: number
  /** Share of the rules that apply here and could be judged, 0 to 1. */
  readonly coverage: number
  readonly deductions: readonly Deduction[]
  readonly findings: readonly Finding[]
  /** Findings that somebody has suppressed: they take nothing off. Absent where there are none. */
  readonly suppressed?: readonly SuppressedFinding[]
  readonly unknown: readonly Unknown[]
}

/** Score from which a database is healthy, and from which it is degraded rather than unhealthy (SPEC H9). */
export const HEALTHY = 80
export const DEGRADED = 50
/**
 * Below this coverage a good score proves nothing: the status is `unknown`. So it is where what is hidden could take the
 * score below healthy, however many other rules were judged.
 */
export const LEAST_COVERAGE = 0.6

/** An unknown rule before it is weighed. */
export type Hidden = Omit<Unknown, 'points' | 'cap'>

export type Weights = Readonly<Record<string, { readonly [S in Severity]?: number }>>

const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 }

/** Worst first, then by key, so that the order is stable. */
export const bySeverity = (a: Finding, b: Finding): number =>
  RANK[a.severity] - RANK[b.severity] || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

/** 100 minus the deduction of each rule's worst finding, under the caps of fatal states. */
export function scoreHealth(input: {
  readonly rules: readonly Rule[]
  readonly findings: readonly Finding[]
  readonly unknown: readonly Hidden[]
  /** Rules that don't apply to this server. */
  readonly inapplicable: ReadonlySet<string>
  readonly weights?: Weights
}): Health {
  const findings = [...input.findings].sort(bySeverity)
  const deductions: Deduction[] = []
  let cap: Cap | undefined
  for (const rule of input.rules) {
    const weights = { ...rule.deductions, ...input.weights?.[rule.name] }
    const pointsOf = (f: Finding): number => weights[f.severity] ?? 0
    const own = findings.filter((f) => f.rule === rule.name)
    const [worst] = own
    if (!worst) continue
    // Not simply the worst: weights may give a milder severity more points, and one finding more must not raise the score.
    const dearest = own.reduce((best, f) => (pointsOf(f) > pointsOf(best) ? f : best), worst)
    const points = pointsOf(dearest)
    const { title } = rule
    const fatal = own.some((f) => f.fatal ?? f.severity === 'critical')
    if (fatal && rule.cap !== undefined && rule.cap < (cap?.at ?? 100)) {
      cap = { rule: rule.name, title, at: rule.cap }
    }
    if (points > 0) {
      const { severity, summary } = dearest
      deductions.push({ rule: rule.name, title, severity, points, summary })
    }
  }
  deductions.sort((a, b) => b.points - a.points)
  const lost = deductions.reduce((sum, d) => sum + d.points, 0)
  const score = Math.max(0, Math.min(cap?.at ?? 100, 100 - lost))
  const blind = new Set(input.unknown.map((u) => u.rule))
  const applicable = input.rules.filter((r) => !input.inapplicable.has(r.name)).length
  const coverage = applicable === 0 ? 0 : (applicable - blind.size) / applicable
  const capped = cap && 100 - lost > cap.at ? { cap } : {}
  const byName = new Map(input.rules.map((rule) => [rule.name, rule]))
  const unknown = input.unknown.map((u) => ({ ...u, ...stakeOf(u, byName.get(u.rule), input.weights) }))
  const worst = atWorst(score, unknown)
  const status = statusOf(score, worst < HEALTHY ? 0 : coverage)
  return { score, status, worst, coverage, ...capped, deductions, findings, unknown }
}

/** What a rule that could not be judged may hide. Nothing is made of what needs another sample, or can't be had here. */
function stakeOf(
  { reason, fix }: Hidden,
  rule: Rule | undefined,
  weights: Weights | undefined,
): Pick<Unknown, 'points' | 'cap'> {
  const open = reason === 'pending' || (reason === 'missing' && fix === undefined)
  if (!rule || open) return { points: 0 }
  const points = Math.max(0, ...Object.values({ ...rule.deductions, ...weights?.[rule.name] }))
  return { points, ...(rule.cap === undefined ? {} : { cap: rule.cap }) }
}

/** The score if these rules found the worst that they can. */
export function atWorst(score: number, unknown: readonly Unknown[]): number {
  const points = unknown.reduce((sum, u) => sum + u.points, 0)
  return Math.max(0, Math.min(score - points, ...unknown.map((u) => u.cap ?? 100)))
}

function statusOf(score: number, coverage: number): Status {
  if (score < DEGRADED) return 'unhealthy'
  if (score < HEALTHY) return 'degraded'
  return coverage < LEAST_COVERAGE ? 'unknown' : 'healthy'
}
