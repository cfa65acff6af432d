import type { AlertRule } from '../core/alert.ts'
import type { Thresholds } from '../core/rule.ts'
import { rules } from '../rules/index.ts'
import { databaseAlertRules } from './database-alert-rules.ts'

/** What configuration may change of an alert rule. */
export interface AlertRuleSettings {
  readonly enabled?: boolean | undefined
  readonly for?: number | undefined
  readonly calm?: number | undefined
  readonly remind?: number | undefined
  /** By name; taken by those of its health rules that have a threshold of that name. */
  readonly thresholds?: Thresholds | undefined
}

/** An alert rule with the thresholds, by health rule, at which it fires and at which it may clear. */
export interface EffectiveRule extends AlertRule {
  readonly fires: Readonly<Record<string, Thresholds>>
  readonly clears: Readonly<Record<string, Thresholds>>
}

/**
 * The alert rules as configured. Of the thresholds the strongest is that of `alerts.rules`, then `thresholds` of the
 * configuration, then the alert rule's own, then the health rule's.
 */
export function effectiveRules(
  settings: Readonly<Record<string, AlertRuleSettings>>,
  thresholds: Readonly<Record<string, Thresholds>>,
): ReadonlyMap<string, EffectiveRule> {
  const effective = new Map<string, EffectiveRule>()
  for (const rule of databaseAlertRules) {
    const own = settings[rule.name] ?? {}
    const fires: Record<string, Thresholds> = {}
    const clears: Record<string, Thresholds> = {}
    for (const health of rules.filter((r) => rule.from.includes(r.name))) {
      const all = {
        ...health.thresholds,
        ...rule.thresholds?.[health.name],
        ...thresholds[health.name],
        ...pick(own.thresholds ?? {}, health.thresholds),
      }
      fires[health.name] = all
      clears[health.name] = Object.fromEntries(
        Object.entries(all).map(([name, value]) => [name, value * (rule.clear?.[name] ?? 1)]),
      )
    }
    const given = Object.entries(own).filter(([name, value]) => name !== 'thresholds' && value !== undefined)
    effective.set(rule.name, { ...rule, ...Object.fromEntries(given), fires, clears })
  }
  return effective
}

const pick = (given: Thresholds, known: Thresholds): Thresholds =>
  Object.fromEntries(Object.entries(given).filter(([name]) => name in known))
