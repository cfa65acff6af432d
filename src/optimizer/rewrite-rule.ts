import type { Node } from 'libpg-query'
import type { LintFigures } from './lint-rule.ts'
import type { StatementModel } from './model.ts'
import type { Edit } from './splice.ts'

/** One place where a rule knows another way to say it. */
export interface Proposal {
  /** Byte offset of what is rewritten. */
  readonly location: number
  /** The new statement as a tree. What the edits give must be read as exactly this; else it is written out anew from it. */
  readonly tree: Node
  readonly edits?: readonly Edit[]
  /** Whether the result is the same, proved by construction; else `because` says when it differs. */
  readonly same: boolean
  readonly because: string
  /** A `$n` of the statement stands for something else in it. */
  readonly otherParameters?: boolean
}

/** Another text for a statement that is likely faster: pure, on the model of its syntax tree. */
export interface RewriteRule {
  readonly name: string
  readonly title: string
  readonly doc: string
  rewrite(model: StatementModel, figures: LintFigures): Iterable<Proposal>
}

/** Checks a rule's declaration at compile time; returns it unchanged. */
export const defineRewrite = (rule: RewriteRule): RewriteRule => rule
