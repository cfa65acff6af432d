import type { Severity } from '../core/rule.ts'
import { lintRules } from './lint/index.ts'
import type { LintFigures } from './lint-rule.ts'
import type { StatementModel } from './model.ts'
import type { Position } from './source.ts'

export interface LintFinding {
  readonly rule: string
  readonly title: string
  readonly severity: Severity
  readonly message: string
  readonly advice: string
  readonly position: Position
}

const WEIGHT: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, info: 2 }

/** What all rules find in a statement: the gravest first, then in the order of the text. Pure. */
export function lint(model: StatementModel, figures: LintFigures = {}): readonly LintFinding[] {
  const { source } = model.parsed
  return lintRules
    .flatMap((rule) =>
      [...rule.check(model, figures)].map(({ location, message, advice }) => ({
        rule: rule.name,
        title: rule.title,
        severity: rule.severity,
        message,
        advice: advice ?? `For example ${rule.example.after} in place of ${rule.example.before}`,
        position: source.position(location),
      })),
    )
    .sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || a.position.offset - b.position.offset)
}
