import type { Severity } from '../core/rule.ts'

/** The severity of a value that should stay at or below its thresholds, or undefined where it does. */
export function above(
  value: number,
  thresholds: { readonly warning: number; readonly critical: number },
): Exclude<Severity, 'info'> | undefined {
  if (value > thresholds.critical) return 'critical'
  return value > thresholds.warning ? 'warning' : undefined
}
