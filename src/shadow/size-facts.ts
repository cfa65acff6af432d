import { quoteIdentifier } from '../core/identifier.ts'
import type { PlanNode } from '../optimizer/plan-node.ts'
import type { IndexSpec } from '../optimizer/planner.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'
import type { KeyColumn } from './build/btree-height.ts'
import type { SizeFacts, SizeKey } from './index-size.ts'

/** What an index's size is estimated from, asked of the shadow's catalogs and planner. */
export interface Measured {
  readonly facts: SizeFacts
  /** For the height of a b-tree. */
  readonly keys: readonly KeyColumn[]
}

export interface MeasuredTable {
  /** Quoted name of the table or partition. */
  readonly name: string
  readonly heapPages: number
}

type Explain = (sql: string) => Promise<PlanNode>

/** The columns of an index with their types (of the table's column: GIN stores another one), and the statistics of plain columns. */
const KEYS = `SELECT k.attnum::text AS n, t.typlen::text AS len, t.typalign AS align, coalesce(ct.typname, t.typname) AS type, s.stawidth::text AS width, s.stanullfrac::text AS nulls,
  s.stadistinct::text AS "distinct",
  (SELECT array_to_json(x.numbers) FROM (VALUES (s.stakind1, s.stanumbers1), (s.stakind2, s.stanumbers2), (s.stakind3, s.stanumbers3), (s.stakind4, s.stanumbers4), (s.stakind5, s.stanumbers5)) x(kind, numbers) WHERE kind = 1 LIMIT 1)::text AS common,
  (SELECT x.numbers[array_upper(x.numbers, 1)]::text FROM (VALUES (s.stakind1, s.stanumbers1), (s.stakind2, s.stanumbers2), (s.stakind3, s.stanumbers3), (s.stakind4, s.stanumbers4), (s.stakind5, s.stanumbers5)) x(kind, numbers) WHERE kind = 5 LIMIT 1) AS elements
  FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indexrelid JOIN pg_type t ON t.oid = k.atttypid
  LEFT JOIN pg_attribute c ON c.attrelid = i.indrelid AND c.attnum = i.indkey[k.attnum - 1] AND c.attnum > 0 LEFT JOIN pg_type ct ON ct.oid = c.atttypid
  LEFT JOIN LATERAL (SELECT * FROM pg_statistic s WHERE s.starelid = i.indrelid AND s.staattnum = i.indkey[k.attnum - 1] AND i.indkey[k.attnum - 1] <> 0
    ORDER BY s.stainherit LIMIT 1) s ON true
  WHERE i.indexrelid = $1::oid ORDER BY k.attnum`

/** The planner's own guess of a value's bytes where there are no statistics (get_typavgwidth). */
const UNKNOWN_WIDTH = 32
/** Of a document of jsonb: one element for so many bytes. */
const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = { jsonb: 14, tsvector: 9, text: 1, varchar: 1 }
const ALIGN: Readonly<Record<string, number>> = { c: 1, s: 2, i: 4, d: 8 }

/** Asks what the size of the index `oid` is to be estimated from, as if its table had the rows that it has in production. */
export async function measure(
  admin: BulkSession,
  explain: Explain,
  spec: IndexSpec,
  oid: number,
  table: MeasuredTable,
  deduplicates: boolean,
): Promise<Measured> {
  const rows = await admin.query(KEYS, [oid])
  const all = rows.map((r): SizeKey & { readonly distinct: number | undefined } => {
    const fixed = Number(r.len) > 0 ? Number(r.len) : undefined
    const width = fixed ?? (r.width == null ? UNKNOWN_WIDTH : Number(r.width))
    return {
      width,
      // Short values of a varying length have a header of one byte and no alignment.
      align: fixed === undefined && width < 126 ? 1 : (ALIGN[r.align ?? 'i'] ?? 4),
      nullFraction: Number(r.nulls ?? 0),
      common: r.common == null ? [] : (JSON.parse(r.common) as number[]),
      elements: r.elements == null ? width / (BYTES_PER_ELEMENT[r.type ?? ''] ?? 8) : Number(r.elements),
      distinct: r.distinct == null ? undefined : Number(r.distinct),
    }
  })
  const keys = all.slice(0, spec.keys.length)
  const where = spec.predicate === undefined ? '' : `WHERE ${spec.predicate}`
  const columns = spec.keys.map((k) =>
    k.column === undefined ? `(${k.expression})` : quoteIdentifier(k.column),
  )
  const btree = spec.method === 'btree'
  // Of then the density, of now the pages: the planner knows.
  const tuples = rowsOf(await explain(`SELECT FROM ONLY ${table.name}`))
  const selected =
    spec.predicate === undefined ? tuples : rowsOf(await explain(`SELECT FROM ONLY ${table.name} ${where}`))
  const distinct = keys.map(({ distinct: d }) => (d === undefined || d >= 0 ? d : -d * tuples))
  const spread = keys.map((k, at) => ({ common: k.common, distinct: distinct[at] }))
  const groups = btree ? await groupsOf(explain, table.name, columns, where, selected, spread) : selected
  return {
    facts: {
      method: spec.method,
      rows: selected,
      heapPages: table.heapPages,
      keys,
      includeWidth: all.slice(spec.keys.length).reduce((sum, k) => sum + k.width, 0),
      groups,
      deduplicates,
    },
    keys: keys.map((k, at) => ({
      width: k.width,
      distinct: distinct[at] ?? tuples,
      combinations: at === keys.length - 1 ? groups : undefined,
    })),
  }
}

/** The planner's guess where nothing is known of how columns go together (estimate_num_groups). */
const TOGETHER = 0.1

/** Distinct combinations: the planner's estimate, but where that is its guess, those of columns that don't depend on each other. */
async function groupsOf(
  explain: Explain,
  table: string,
  columns: readonly string[],
  where: string,
  rows: number,
  keys: readonly { readonly distinct: number | undefined; readonly common: readonly number[] }[],
): Promise<number> {
  const list = columns.join(', ')
  const plan = await explain(`SELECT ${list} FROM ONLY ${table} ${where} GROUP BY ${list}`)
  const told = Math.min(rowsOf(plan), Math.max(rows, 1))
  const most = Math.max(...keys.map((k) => k.distinct ?? 0))
  const guess = Math.max(rows * TOGETHER, most)
  const guessed = columns.length > 1 && Math.abs(told - guess) <= guess * 0.01
  if (!guessed || keys.some((k) => k.distinct === undefined)) return told
  const cells = keys.reduce((product, k) => {
    const distinct = k.distinct ?? 0
    return product * population(distinct === most ? distinct : evenDistinct(distinct, k.common), rows)
  }, 1)
  return Math.min(Math.max(told, most, drawn(cells, rows)), Math.max(rows, 1))
}

/** Distinct ones among `rows` drawn from that many. */
const drawn = (from: number, rows: number): number => -from * Math.expm1(-rows / from)

/** How many there are to draw from when `distinct` ones were among the rows. */
function population(distinct: number, rows: number): number {
  let [low, high] = [Math.max(distinct, 1), 1e12]
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high)
    if (drawn(middle, rows) < distinct) low = middle
    else high = middle
  }
  return low
}

/** How many values, all equally common, would be as hard to tell beforehand: e to the entropy. */
function evenDistinct(distinct: number, common: readonly number[]): number {
  const rest = Math.max(1 - common.reduce((a, b) => a + b, 0), 0)
  const others = Math.max(distinct - common.length, rest > 0 ? 1 : 0)
  const entropy = common.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0)
  return Math.exp(entropy + (rest > 0 ? rest * Math.log(others / rest) : 0))
}

/** Estimated rows of the whole statement; partial plans of workers don't stand at the root. */
const rowsOf = (plan: PlanNode): number => Number(plan['Plan Rows'] ?? 0)
