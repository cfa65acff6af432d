import { mentions, specOf } from './index-spec.ts'
import type { IndexSpec } from './planner.ts'
import type { ColumnFacts, TableFacts } from './schema.ts'

/** What writes do to a table, a second. */
export interface TableWrites {
  readonly inserts: number
  readonly updates: number
  readonly hotUpdates: number
  readonly deletes: number
  /** Rows a second whose UPDATE sets the column, as far as the workload's texts tell. */
  readonly setting: ReadonlyMap<string, number>
  /** Whether the table's counters tell; else the workload's statements do. */
  readonly counted: boolean
}

/** What keeping an index up costs. */
export interface WriteCost {
  /** New entries a second. */
  readonly entriesPerSecond: number
  /** Bytes of WAL a second. */
  readonly walPerSecond: number
  /** Seconds of work a second: 0.01 is 1 % of one core. */
  readonly load: number
  /** Updates a second that could not be heap-only any more: each then writes to every index of the table. */
  readonly hotUpdatesLost: number
  /** Whether the table's own counters told the writes, not only the texts of the workload. */
  readonly counted: boolean
}

interface EntryCost {
  /** Bytes of WAL for one inserted row. */
  readonly wal: number
  /** Microseconds for one inserted row. */
  readonly micros: number
}

/**
 * Measured per inserted row beside the table's own cost: PostgreSQL 15, a table of 1 M rows, just after a checkpoint. B-trees that grow at their
 * end or have few values are cheap, random ones touch another page with each row.
 */
const ENTRY = {
  ascending: { wal: 66, micros: 2 },
  'few values': { wal: 65, micros: 3 },
  composite: { wal: 258, micros: 6 },
  number: { wal: 292, micros: 8 },
  uuid: { wal: 392, micros: 10 },
  include: { wal: 502, micros: 12 },
  text: { wal: 723, micros: 15 },
  hash: { wal: 275, micros: 8 },
  gin: { wal: 540, micros: 13 },
  trigram: { wal: 1126, micros: 30 },
  brin: { wal: 1, micros: 1 },
} as const satisfies Readonly<Record<string, EntryCost>>

/** WAL of an entry that a no longer heap-only update adds to each index: the least and most measured were 98 and 3,000. */
const AVERAGE_ENTRY: EntryCost = { wal: 300, micros: 8 }

/** Values are in the order of the rows on disk from this correlation on: new rows come at the end. */
const ASCENDING = 0.95
/** From this many values on, entries are spread over the index. */
const FEW_VALUES = 100

/** Which of the measured kinds an index is most like. */
export function entryKind(spec: IndexSpec, table: TableFacts): keyof typeof ENTRY {
  if (spec.method === 'brin' || spec.method === 'hash') return spec.method
  if (spec.method !== 'btree') return spec.keys.some((k) => k.opclass?.includes('trgm')) ? 'trigram' : 'gin'
  if (spec.include.length > 0) return 'include'
  const [first] = spec.keys
  const column = table.columns.find((c) => c.name === first?.column)
  if (!column) return 'text'
  if (isAscending(column)) return 'ascending'
  if (spec.keys.length > 1) return 'composite'
  if (isFew(column)) return 'few values'
  if (column.type === 'uuid') return 'uuid'
  return column.category === 'S' ? 'text' : 'number'
}

const isAscending = (c: ColumnFacts): boolean =>
  'ND'.includes(c.category) && (c.correlation ?? 0) >= ASCENDING
const isFew = (c: ColumnFacts): boolean =>
  c.nDistinct !== undefined && c.nDistinct > 0 && c.nDistinct <= FEW_VALUES

/**
 * What an index would cost with each write. `share`: part of the rows that it has entries for (a partial index).
 * Deleted rows cost nothing here; vacuum takes their entries away later.
 */
export function writeCostOf(spec: IndexSpec, table: TableFacts, writes: TableWrites, share = 1): WriteCost {
  const { wal, micros } = ENTRY[entryKind(spec, table)]
  const hotUpdatesLost = lostHotUpdates(spec, table, writes)
  const entriesPerSecond = (writes.inserts + writes.updates - writes.hotUpdates + hotUpdatesLost) * share
  const others = table.indexes.length * hotUpdatesLost
  return {
    entriesPerSecond,
    walPerSecond: entriesPerSecond * wal + others * AVERAGE_ENTRY.wal,
    load: (entriesPerSecond * micros + others * AVERAGE_ENTRY.micros) / 1e6,
    hotUpdatesLost,
    counted: writes.counted,
  }
}

/**
 * An UPDATE that sets a column of an index can't be heap-only. From PostgreSQL 16 on one of a BRIN index can: such an index doesn't
 * excuse another, and a new one is taken for the worse, as if the server was older.
 */
function lostHotUpdates(spec: IndexSpec, table: TableFacts, writes: TableWrites): number {
  let lost = 0
  for (const [column, rate] of writes.setting) {
    const isIndexed = isInIndex(table, column)
    if (!isIndexed && mentions(spec, column)) lost = Math.max(lost, rate)
  }
  return Math.min(lost, writes.hotUpdates)
}

/** Whether an index of the table has the column in it, one of BRIN left out: then no UPDATE that sets it is heap-only. */
export const isInIndex = (table: TableFacts, column: string): boolean =>
  table.indexes.some((index) => {
    const spec = specOf(table.schema, table.name, index)
    return spec !== undefined && spec.method !== 'brin' && mentions(spec, column)
  })
