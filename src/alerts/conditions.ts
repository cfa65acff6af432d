import type { AlertRule, Condition, Look, Sight } from '../core/alert.ts'
import { plural } from '../core/format.ts'
import { bySeverity, type Unknown } from '../core/health.ts'
import type { Suppression } from '../core/notice.ts'
import type { Finding, Severity, Thresholds } from '../core/rule.ts'
import type { EffectiveRule } from './settings.ts'

const UNREACHABLE = 'target-unreachable'
const BLIND = 'monitor-blind'

/** What of a sight concerns the alert rules: conditions, what lingers, and which rules could not be judged. */
export function lookOf(
  sight: Sight,
  rules: ReadonlyMap<string, EffectiveRule>,
  suppressed: ReadonlyMap<string, Suppression>,
): Omit<Look, 'now'> {
  const on = new Map([...rules].filter(([, rule]) => rule.enabled))
  if (sight.connection === 'unreachable') {
    const rule = on.get(UNREACHABLE)
    const conditions = rule ? [unreachable(rule, sight)] : []
    return { conditions, lingering: new Map(), blind: 'all', suppressed }
  }
  const own = [...on.values()]
  const findings = (thresholds: (rule: EffectiveRule) => Readonly<Record<string, Thresholds>>) => {
    const asked = Object.assign({}, ...own.map(thresholds)) as Record<string, Thresholds>
    return sight.findings(asked).filter((f) => !suppressed.has(f.key))
  }
  const fire = findings((rule) => rule.fires)
  const clear = findings((rule) => (rule.clear ? rule.clears : {}))
  const unseen = new Set(sight.unknown.map((u) => u.rule))
  const lingering = new Map<string, Severity>()
  for (const rule of own)
    for (const c of conditionsOf(rule, clear)) if (!suppressed.has(c.key)) lingering.set(c.key, c.severity)
  const blinded = on.get(BLIND)
  const conditions = [...cover(own, fire), ...(blinded ? blindness(blinded, sight.unknown, on) : [])]
  return {
    // A finding's key or, where several are one alert, that of the alert.
    conditions: conditions.filter((c) => !suppressed.has(c.key)),
    lingering,
    suppressed,
    blind: new Set(own.filter((rule) => rule.from.some((name) => unseen.has(name))).map((rule) => rule.name)),
  }
}

/** The conditions of all rules; one whose subjects another alert speaks for already is marked. */
function cover(rules: readonly AlertRule[], findings: readonly Finding[]): Condition[] {
  const names = new Map(rules.map((rule) => [rule.name, rule]))
  return rules.flatMap((rule) => {
    const speaker = rule.coveredBy === undefined ? undefined : names.get(rule.coveredBy)
    const covered = new Set(findings.filter((f) => speaker?.from.includes(f.rule)).map((f) => f.subject))
    return conditionsOf(rule, findings).map((condition) => {
      const whole = condition.subjects.every((subject) => covered.has(subject))
      const { subjects: _, ...rest } = condition
      return whole ? { ...rest, covered: true } : rest
    })
  })
}

function conditionsOf(
  rule: AlertRule,
  all: readonly Finding[],
): (Condition & { readonly subjects: readonly string[] })[] {
  const findings = all.filter((f) => rule.from.includes(f.rule)).sort(bySeverity)
  const [worst, ...others] = findings
  if (!worst) return []
  const shared = { rule: rule.name, title: rule.title, action: rule.action }
  if (!rule.together) {
    return findings.map(({ key, severity, summary, subject }) => ({
      ...shared,
      ...{ key, severity, summary, subjects: [subject] },
    }))
  }
  const subjects = [...new Set(findings.map((f) => f.subject))]
  const more = subjects.filter((s) => s !== worst.subject).length
  return [
    {
      ...shared,
      key: `${rule.name}/instance`,
      severity: worst.severity,
      summary:
        others.length > 0 && more > 0 ? `${worst.summary} And ${plural(more, 'other')}.` : worst.summary,
      subjects,
    },
  ]
}

function unreachable(rule: AlertRule, { error }: Sight): Condition {
  return {
    key: `${rule.name}/target`,
    rule: rule.name,
    title: rule.title,
    severity: 'critical',
    summary: error?.message ?? 'The server does not answer.',
    action: error?.remedy ?? rule.action,
  }
}

/** One condition for each reason: a missing grant blinds many rules at once and is one thing to do. */
function blindness(
  rule: AlertRule,
  unknown: readonly Unknown[],
  on: ReadonlyMap<string, AlertRule>,
): Condition[] {
  const alerting = new Set([...on.values()].flatMap((r) => r.from))
  const byReason = Map.groupBy(
    unknown.filter((u) => alerting.has(u.rule)),
    (u) => u.reason,
  )
  return [...byReason].map(([reason, those]) => {
    const key = `${rule.name}/${reason}`
    const [first] = those as [Unknown]
    const fixes = [...new Set(those.flatMap((u) => u.fix ?? []))]
    return {
      ...{ key, rule: rule.name, title: rule.title },
      // An extension that was never there is a choice; a grant or an answer that is missing is a loss.
      severity: reason === 'missing' ? 'info' : 'warning',
      summary: `${plural(those.length, 'rule')} can not be judged (${those.map((u) => u.title).join(', ')}): ${first.detail}`,
      action: fixes.length > 0 ? fixes.join('; ') : rule.action,
    }
  })
}
