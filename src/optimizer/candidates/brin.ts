import type { Access } from '../access.ts'
import type { IndexKey } from '../planner.ts'

/** Rows from which its small size is worth its coarseness. */
const LEAST_ROWS = 1_000_000
const LEAST_CORRELATION = 0.95

/** Keys of BRIN indexes: ranges over a column whose values lie in order on disk. */
export function brinKeys({ table, range }: Access): readonly (readonly IndexKey[])[] {
  if ((table.rows ?? 0) < LEAST_ROWS) return []
  return range
    .filter((name) => {
      const correlation = table.columns.find((c) => c.name === name)?.correlation ?? 0
      return Math.abs(correlation) >= LEAST_CORRELATION
    })
    .map((column) => [{ column }])
}
