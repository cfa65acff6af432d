import type { Access } from '../access.ts'
import type { IndexKey } from '../planner.ts'

const MOST_COLUMNS = 5
/** Bytes of all included columns together: a wide index is no smaller than its table. */
const MOST_BYTES = 120
/** Below this share of all-visible pages an index-only scan looks into the table again and again. */
const ALL_VISIBLE = 0.5

/** The columns to store beside the key so that the table need not be read, or undefined where that isn't worth it. */
export function coveringColumns(access: Access, keys: readonly IndexKey[]): readonly string[] | undefined {
  const { needed, table } = access
  if (!needed || table.allVisible < ALL_VISIBLE || keys.some((k) => k.column === undefined)) return undefined
  const include = needed.filter((name) => !keys.some((k) => k.column === name))
  const columns = include.map((name) => table.columns.find((c) => c.name === name))
  const bytes = columns.reduce((sum, c) => sum + (c?.avgWidth ?? MOST_BYTES), 0)
  return include.length > 0 && include.length <= MOST_COLUMNS && bytes <= MOST_BYTES ? include : undefined
}
