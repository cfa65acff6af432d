import type { Conditions } from '../access.ts'

/** A predicate that most rows meet saves nothing. */
const MOST_ROWS = 0.5

export interface Partial {
  readonly sql: string
  /** Column that the key need not have any more. */
  readonly column: string
  readonly share: number
}

/** Conditions to leave to a partial index's predicate: only what the text itself fixes, since the planner must prove it for every execution. */
export const partials = ({ fixed }: Conditions): readonly Partial[] =>
  fixed.filter((f) => f.share < MOST_ROWS)
