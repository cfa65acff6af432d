import { AppError } from '../core/errors.ts'
import { prettySql } from './deparse.ts'
import type { LintFigures } from './lint-rule.ts'
import type { StatementModel } from './model.ts'
import { parseStatement } from './parse.ts'
import { rewriteRules } from './rewrite/index.ts'
import type { Proposal } from './rewrite-rule.ts'
import type { Position } from './source.ts'
import { splice } from './splice.ts'
import { sameTree } from './tree.ts'

/** Another text for the statement, to be planned beside it. */
export interface Rewritten {
  readonly rule: string
  readonly title: string
  readonly doc: string
  readonly sql: string
  /** `same`: proved by construction, as a set of rows; without ORDER BY their order may be another. `check`: see `because`. */
  readonly result: 'same' | 'check'
  readonly because: string
  /** A `$n` of the statement stands for something else in it: constants of the one are none of the other. */
  readonly otherParameters?: true
  readonly position: Position
}

/** Every way that is known to say it better, each as a whole statement. Pure. */
export function rewrite(model: StatementModel, figures: LintFigures = {}): readonly Rewritten[] {
  const { source } = model.parsed
  return rewriteRules.flatMap(({ name, title, doc, ...rule }) =>
    [...rule.rewrite(model, figures)].flatMap((proposal) => {
      const sql = textOf(model, proposal)
      if (sql === undefined) return []
      const { because, same, location, otherParameters } = proposal
      return [
        {
          rule: name,
          title,
          doc,
          sql,
          result: same ? ('same' as const) : ('check' as const),
          because,
          ...(otherParameters ? { otherParameters } : {}),
          position: source.position(location),
        },
      ]
    }),
  )
}

/** The text with the edits made if it is read as the tree; else the tree written out; undefined where even that isn't. */
function textOf(model: StatementModel, { tree, edits }: Proposal): string | undefined {
  const isRead = (sql: string): boolean => {
    try {
      return sameTree(parseStatement(sql).node, tree)
    } catch (error) {
      if (error instanceof AppError) return false
      throw error
    }
  }
  const spliced = edits && splice(model.parsed.source, edits)
  if (spliced !== undefined && isRead(spliced)) return spliced
  const written = prettySql(tree)
  return isRead(written) ? written : undefined
}
