/** What a key of a b-tree is made of, in order. */
export interface KeyColumn {
  /** Average bytes of a value. */
  readonly width: number
  /** Distinct values among the rows. */
  readonly distinct: number
  /** Distinct combinations of the values up to this one, where known. */
  readonly combinations?: number | undefined
}

const PAGE = 8192 - 24 - 16
/** BTREE_NONLEAF_FILLFACTOR */
const FILL = 0.7
const HEADER = 8
const LINE_POINTER = 4
const TID = 8
const TOGETHER = 0.1

const align = (bytes: number): number => Math.ceil(bytes / 8) * 8

/**
 * Levels above the leaves of a b-tree. Inner pages hold separators: suffix truncation leaves the columns that tell two
 * neighbours apart, and a heap TID where none does (nbtree/README, "Notes about suffix truncation"). Pure.
 */
export function btreeHeight(pages: number, rows: number, keys: readonly KeyColumn[]): number {
  const fanOut = Math.max(2, Math.floor((PAGE * FILL) / separator(rows, keys)))
  let height = 0
  // Without the metapage; all but one in fanOut are leaves.
  let level = pages - 1
  for (level -= Math.ceil(level / fanOut); level > 1; height++) level = Math.ceil(level / fanOut)
  return pages > 2 ? Math.max(1, height) : 0
}

function separator(rows: number, keys: readonly KeyColumn[]): number {
  let needed = 1
  let bytes = HEADER
  let product = 1
  let most = 1
  for (const { width, distinct, combinations } of keys) {
    bytes += width * needed
    product *= Math.max(distinct, 1)
    most = Math.max(most, distinct)
    // As the planner does where nothing is known of how columns go together (estimate_num_groups).
    const told = combinations ?? Math.min(product, Math.max(rows * TOGETHER, most))
    // The chance that two neighbours in order are still the same.
    needed = rows > 0 ? Math.max(1 - told / rows, 0) : 0
  }
  return align(bytes) + needed * TID + LINE_POINTER
}
