import type { RowWidth } from './_row-width.ts'

/** PageHeaderData (storage/bufpage.h), and what a B-tree keeps at the end of each page (BTPageOpaqueData). Bytes. */
const PAGE_HEADER = 24
const BTREE_SPECIAL = 16
/** Pointer to a row or index entry within its page (ItemIdData). */
const LINE_POINTER = 4
/** SizeofHeapTupleHeader, before and after alignment. */
const HEAP_HEADER = 23
const HEAP_HEADER_ALIGNED = 24
/** IndexTupleData; with a bitmap of nulls it takes as much again. */
const INDEX_HEADER = 8
/** A row id, of which a posting list has one for each duplicate; the list has at most a sixth of a page. */
const ROW_ID = 6
const LONGEST_POSTING = 132
const POSTING_PAD = 3
/** Fill of pages above the leaves (BTREE_NONLEAF_FILLFACTOR). */
const INNER_FILL = 0.7

interface Written {
  readonly tuples: number
  /** Per cent. */
  readonly fillfactor: number
  readonly block: number
}

const align8 = (bytes: number): number => Math.ceil(bytes / 8) * 8

/** Pages that the rows of a table would take if they were written anew. As pgtend.estimate_table_bloat in the SQL pack. */
export function tablePages(row: RowWidth & { readonly attributes: number }, written: Written): number {
  const { tuples, fillfactor, block } = written
  if (tuples <= 0) return 0
  const bitmap = align8(HEAP_HEADER + Math.floor((row.attributes + 7) / 8)) - HEAP_HEADER_ALIGNED
  const entry = HEAP_HEADER_ALIGNED + row.hasNulls * bitmap + row.width + LINE_POINTER
  const room = block - PAGE_HEADER - (block * (100 - fillfactor)) / 100
  const even = row.exact && (row.hasNulls === 0 || row.hasNulls === 1)
  // Where rows differ, half a row is left free at the end of a page.
  return Math.ceil(tuples / Math.max(1, even ? Math.floor(room / entry) : room / entry - 0.5))
}

/** Pages that the entries of a B-tree would take. `groups`: distinct keys where equal ones are stored once. As pgtend.estimate_index_bloat. */
export function indexPages(row: RowWidth, written: Written & { readonly groups?: number }): number {
  const { tuples, fillfactor, block, groups } = written
  if (tuples <= 0) return 1
  const entry = INDEX_HEADER + INDEX_HEADER * row.hasNulls + row.width + LINE_POINTER
  const room = ((block - PAGE_HEADER - BTREE_SPECIAL) * fillfactor) / 100
  // One entry on each page is the high key.
  const perPage = (room - entry) / entry
  let leaves = tuples / Math.max(1, row.exact ? Math.floor(perPage) : perPage - 0.5)
  if (groups !== undefined && tuples >= 2 * groups) {
    const shared =
      ROW_ID * tuples + groups * Math.ceil(tuples / groups / LONGEST_POSTING) * (entry + POSTING_PAD)
    leaves = shared / Math.max(1, room - entry)
  }
  const inner = (leaves * entry) / ((block - PAGE_HEADER - BTREE_SPECIAL) * INNER_FILL)
  return 1 + Math.ceil(leaves) + Math.ceil(inner)
}

/** Distinct keys, taking the columns as independent of each other, as the planner does. */
export function distinctKeys(distinct: readonly number[], rows: number, entries: number): number {
  const product = distinct.reduce(
    (keys, n) => Math.min(Number.MAX_VALUE, keys * Math.max(1, n < 0 ? -n * rows : n)),
    1,
  )
  return Math.max(1, Math.min(entries, product))
}

/** Whether the statistics are too old to prove anything: changes since ANALYZE out of the rows of then. As rule stale-statistics. */
export const isStale = (changed: number, tuples: number): boolean => changed > 0.2 * Math.max(tuples, 1)
