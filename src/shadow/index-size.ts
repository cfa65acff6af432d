/** What the size of an index that nobody has built is estimated from. */
export interface SizeFacts {
  readonly method: string
  /** Rows that the predicate lets in. */
  readonly rows: number
  readonly heapPages: number
  readonly keys: readonly SizeKey[]
  /** Average bytes of what is stored beside the key. */
  readonly includeWidth: number
  /** Distinct combinations of the key's values. */
  readonly groups: number
  /** Whether equal keys are stored once (nbtree deduplication). */
  readonly deduplicates: boolean
}

export interface SizeKey {
  readonly width: number
  /** 1, 2, 4 or 8. */
  readonly align: number
  readonly nullFraction: number
  /** Shares of the rows that the most common values have. */
  readonly common: readonly number[]
  /** Average number of elements of an array, tsvector or document, for GIN. */
  readonly elements: number
}

const PAGE = 8192 - 24 - 16
const align = (bytes: number, to = 8): number => Math.ceil(bytes / to) * to

/** Pages of an index freshly built, its metapage included. Pure. */
export function indexPages(f: SizeFacts): number {
  const pages = {
    btree: btreePages,
    hash: hashPages,
    gin: ginPages,
    brin: brinPages,
    gist: treePages,
    spgist: treePages,
  }[f.method]
  return Math.max(1, Math.ceil((pages ?? treePages)(f)))
}

const TUPLE_HEADER = 8
const NULL_BITMAP = 8
const LINE_POINTER = 4
const TID = 6
/** BTREE_DEFAULT_FILLFACTOR: a leaf is full when less than a tenth of a block is free. */
const LEAF_FULL = PAGE - Math.floor((8192 * 10) / 100)
const INNER_FILL = 0.7
/** _bt_load: at most a tenth of a block in a posting list. */
const POSTING = Math.floor((align(Math.floor((8192 * 10) / 100) - 7) - LINE_POINTER) / 8) * 8

function btreePages(f: SizeFacts): number {
  const { keys } = f
  const width = keys.reduce((at, k) => align(at, k.align) + k.width, 0) + f.includeWidth
  const plain = align(TUPLE_HEADER + width)
  const [first] = keys
  const single = keys.length === 1
  const nulls = single ? (first?.nullFraction ?? 0) * f.rows : 0
  // Of several columns it isn't known which combinations are common.
  const common = single ? (first?.common ?? []).map((share) => share * f.rows) : []
  const rest = Math.max(f.rows - nulls - common.reduce((a, b) => a + b, 0), 0)
  const restGroups = Math.max(Math.min(f.groups - common.length, rest), rest > 0 ? 1 : 0)
  let leaves = 0
  const add = (rows: number, groups: number, tuple: number) => {
    if (rows <= 0 || groups <= 0) return
    leaves += f.deduplicates
      ? groups * dedupedPages(rows / groups, tuple)
      : rows / perLeaf(tuple + LINE_POINTER)
  }
  add(nulls, 1, align(TUPLE_HEADER + NULL_BITMAP + f.includeWidth))
  for (const rows of common) add(rows, 1, plain)
  add(rest, restGroups, plain)
  leaves = Math.max(Math.ceil(leaves), 1)
  let pages = leaves
  const fanOut = Math.max(2, Math.floor((PAGE * INNER_FILL) / (align(TUPLE_HEADER + width) + LINE_POINTER)))
  for (let level = leaves; level > 1; pages += level) level = Math.ceil(level / fanOut)
  return pages + 1
}

/** Tuples on a full leaf: the last one that fits becomes the high key and moves on. */
const perLeaf = (tuple: number): number => Math.max(Math.ceil(LEAF_FULL / tuple) - 1, 2)

/** The same where neighbours have other sizes: half a tuple is lost on average. */
const perMixedLeaf = (tuple: number): number => Math.max(LEAF_FULL / tuple - 0.5, 2)

/** Pages that a group of equal keys takes; between whole sizes in proportion. */
function dedupedPages(rows: number, tuple: number): number {
  const whole = Math.floor(rows)
  const share = rows - whole
  return groupPages(whole, tuple) * (1 - share) + groupPages(whole + 1, tuple) * share
}

function groupPages(rows: number, tuple: number): number {
  if (rows <= 1) return rows / perLeaf(tuple + LINE_POINTER)
  const fits = Math.max(Math.floor((POSTING - tuple) / TID), 1)
  const full = Math.floor(rows / fits)
  const left = rows - full * fits
  const bytes = (n: number) => (n > 1 ? align(tuple + TID * n) : tuple) + LINE_POINTER
  return full / perLeaf(bytes(fits)) + (left > 0 ? 1 / perMixedLeaf(bytes(left)) : 0)
}

/** _hash_init: buckets for a fill of 75 %, in powers of two, above 1024 in quarters of one; a few overflow pages. */
function hashPages({ rows }: SizeFacts): number {
  const perBucket = Math.floor((PAGE * 0.75) / (16 + LINE_POINTER))
  const wanted = Math.max(2, rows / perBucket)
  const power = 2 ** Math.ceil(Math.log2(wanted))
  const step = power / 8
  const buckets = power <= 1024 ? power : power / 2 + Math.ceil((wanted - power / 2) / step) * step
  return buckets * 1.01 + 2
}

/** Entry tree and compressed posting lists: about two bytes for a row of a common element, a tuple for each entry. */
function ginPages({ rows, keys }: SizeFacts): number {
  const bytes = keys.reduce((sum, key) => {
    const postings = rows * (1 - key.nullFraction) * Math.max(key.elements, 1)
    const entries = Math.min(postings, Math.sqrt(postings) * 10)
    const perPosting = postings / Math.max(entries, 1) > 100 ? 1.6 : 4
    return sum + postings * perPosting + entries * 40
  }, 0)
  return bytes / (PAGE * 0.9) + 2
}

/** 128 pages a range, 1360 ranges a page of the map (REVMAP_PAGE_MAXITEMS). */
function brinPages({ heapPages, keys }: SizeFacts): number {
  const ranges = Math.max(Math.ceil(heapPages / 128), 1)
  const tuple = align(8 + keys.reduce((sum, k) => sum + 2 * align(k.width, k.align), 0)) + LINE_POINTER
  return 1 + Math.ceil(ranges / 1360) + Math.ceil((ranges * tuple) / PAGE)
}

/** GiST and SP-GiST grow by splitting: two thirds full. */
function treePages({ rows, keys }: SizeFacts): number {
  const tuple = align(TUPLE_HEADER + keys.reduce((at, k) => align(at, k.align) + k.width, 0)) + LINE_POINTER
  return (rows * tuple) / (PAGE * 0.66) + 1
}
