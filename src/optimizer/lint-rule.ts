import type { Severity } from '../core/rule.ts'
import type { StatementModel } from './model.ts'

/** What is known of a statement besides its text. */
export interface LintFigures {
  /** Rows that one execution returned, by pg_stat_statements or a plan. */
  readonly rowsPerCall?: number
}

/** One place that a rule objects to. */
export interface Mark {
  /** Byte offset into the statement. */
  readonly location: number
  /** One sentence with the names in it. */
  readonly message: string
  /** What would help here, with the names; the rule's example where it says nothing. */
  readonly advice?: string
}

/** Something in a statement that costs time or gives wrong results: pure, over the model of its syntax tree. */
export interface LintRule {
  readonly name: string
  readonly title: string
  readonly severity: Severity
  /** Why it matters. */
  readonly doc: string
  readonly example: { readonly before: string; readonly after: string }
  check(model: StatementModel, figures: LintFigures): Iterable<Mark>
}

/** Checks a rule's declaration at compile time; returns it unchanged. */
export const defineLintRule = (rule: LintRule): LintRule => rule
