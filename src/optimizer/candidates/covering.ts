import type { Access } from '../access.ts'
import type { IndexKey } from '../planner.ts'
import type { ColumnFacts } from '../schema.ts'

const MOST_COLUMNS = 5
/** Bytes of all included columns together: a wide index is no smaller than its table. */
const MOST_BYTES = 120
/** Values that may be of any length: a long one would not fit and the INSERT would fail. */
const UNBOUNDED = /^(jsonb?|xml|bytea|tsvector|hstore|geometry|geography|vector)\b|\[\]$/
/** A text column is taken for short where no value that ANALYZE has kept is longer, in bytes, and the mean is far below. */
const MOST_TEXT = 200
const MEAN_TEXT = 40
/** Below this share of all-visible pages an index-only scan looks into the table again and again. */
const ALL_VISIBLE = 0.5

/** The columns to store beside the key so that the table need not be read, or undefined where that isn't worth it. */
export function coveringColumns(access: Access, keys: readonly IndexKey[]): readonly string[] | undefined {
  const { needed, table } = access
  if (!needed || table.allVisible < ALL_VISIBLE || keys.some((k) => k.column === undefined)) return undefined
  const include = needed.filter((name) => !keys.some((k) => k.column === name))
  const columns = include.map((name) => table.columns.find((c) => c.name === name))
  if (!columns.every((c) => c && isShort(c))) return undefined
  const bytes = columns.reduce((sum, c) => sum + (c?.avgWidth ?? MOST_BYTES), 0)
  return include.length > 0 && include.length <= MOST_COLUMNS && bytes <= MOST_BYTES ? include : undefined
}

function isShort(column: ColumnFacts): boolean {
  if (UNBOUNDED.test(column.type)) return false
  const seen = [...(column.mostCommon?.values ?? []), ...(column.histogram ?? [])]
  return (
    column.category !== 'S' ||
    (seen.every((v) => Buffer.byteLength(v) <= MOST_TEXT) && (column.avgWidth ?? MOST_TEXT) <= MEAN_TEXT)
  )
}
