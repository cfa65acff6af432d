import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { qualifiedName } from '../../core/identifier.ts'
import { serverAccount } from '../../embedded/account.ts'
import type { BulkSession } from '../../postgres/bulk-session.ts'
import type { ExtendedStatisticRow, IndexRow, Snapshot, StatisticRow } from '../snapshot.ts'
import { btreeHeight, type KeyColumn } from './btree-height.ts'
import { BLOCK, heightOf } from './btree-pages.ts'
import { parseDistinct } from './parse-distinct.ts'
import { emptyHeap, readMetapage, setBlocks, setHeight } from './relation-file.ts'
import type { OidMap } from './statistics.ts'

/** Paths of relations' files by oid. */
export async function filePaths(
  session: BulkSession,
  dataDir: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const rows = await session.query(
    `SELECT oid::text, pg_relation_filepath(oid) AS path FROM pg_class WHERE oid = ANY ($1::oid[]) AND relkind IN ('r', 'i')`,
    [oids],
  )
  return new Map(rows.flatMap((r) => (r.path ? [[Number(r.oid), join(dataDir, r.path)]] : [])))
}

/** Puts in what VACUUM and ANALYZE last noted of relations' sizes. */
export async function setCounts(session: BulkSession, snapshot: Snapshot, oids: OidMap): Promise<void> {
  const rows = [...snapshot.relations, ...snapshot.indexes].flatMap((r) => {
    const oid = oids.get(r.oid)
    const visible = 'allVisible' in r ? r.allVisible : 0
    return oid === undefined ? [] : [{ oid, pages: r.pages, tuples: r.tuples, visible }]
  })
  await session.query(
    `UPDATE pg_class c SET relpages = r.pages, reltuples = r.tuples, relallvisible = r.visible
     FROM json_to_recordset($1::json) AS r(oid oid, pages int4, tuples real, visible int4) WHERE c.oid = r.oid`,
    [JSON.stringify(rows)],
  )
}

/** Blocks now, or where those could not be asked for, when it was last vacuumed. */
export const blocksOf = (r: { readonly bytes: number | null; readonly pages: number }): number =>
  r.bytes === null ? Math.max(r.pages, 0) : Math.ceil(r.bytes / BLOCK)

/** Heights of the b-trees on relations in `only`, from their size and their columns' statistics. Pure. */
function btreeHeights(snapshot: Snapshot, only: ReadonlySet<number>): ReadonlyMap<number, number> {
  const statistics = new Map(snapshot.statistics.map((s) => [`${s.relation}.${s.number}`, s]))
  const types = new Map(snapshot.columns.map((c) => [`${c.relation}.${c.number}`, c.type]))
  const together = Map.groupBy(snapshot.extendedStatistics, (s) => s.relation)
  const heights = new Map<number, number>()
  for (const index of snapshot.indexes) {
    if (index.method !== 'btree' || index.kind !== 'i' || !only.has(index.relation)) continue
    const keys = keyColumns(index, types, statistics, together)
    heights.set(index.oid, btreeHeight(blocksOf(index), Math.max(index.tuples, 0), keys))
  }
  return heights
}

/** Average width and distinct values of an index's key columns; 32 bytes is the planner's own guess (get_typavgwidth). */
function keyColumns(
  index: IndexRow,
  types: ReadonlyMap<string, string>,
  statistics: ReadonlyMap<string, StatisticRow>,
  together: ReadonlyMap<number, readonly ExtendedStatisticRow[]>,
): KeyColumn[] {
  const counts = (together.get(index.relation) ?? []).flatMap((s) =>
    s.data.flatMap((d) => parseDistinct(d.ndistinct)),
  )
  const rows = Math.max(index.tuples, 0)
  return index.columns.slice(0, index.keyCount).map((number, at) => {
    const known = statistics.get(number === 0 ? `${index.oid}.${at + 1}` : `${index.relation}.${number}`)
    const distinct = known?.distinct ?? -1
    return {
      width: known?.width ?? typeWidth(types.get(`${index.relation}.${number}`)),
      distinct: distinct < 0 ? -distinct * rows : distinct,
      combinations: counts.find((c) => sameColumns(c.columns, index.columns.slice(0, at + 1)))?.distinct,
    }
  })
}

const sameColumns = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n) => b.includes(n))

const WIDTHS: Readonly<Record<string, number>> = {
  ...{ boolean: 1, '"char"': 1, smallint: 2, integer: 4, bigint: 8, real: 4, 'double precision': 8, oid: 4 },
  ...{ uuid: 16, date: 4, 'timestamp with time zone': 8, 'timestamp without time zone': 8 },
}
const typeWidth = (type: string | undefined): number => WIDTHS[type ?? ''] ?? 32

/** A step of file work between two looks at the event loop. */
const STEP = 200

/** Gives every heap and index that was rebuilt the size that the watched one has, and b-trees their height. */
export async function setSizes(
  snapshot: Snapshot,
  only: ReadonlySet<number>,
  oids: OidMap,
  paths: ReadonlyMap<number, string>,
  dataDir: string,
): Promise<void> {
  const owner = serverAccount(dataDir)
  const heights = btreeHeights(snapshot, only)
  const work: (() => void)[] = []
  const pathOf = (oid: number) => paths.get(oids.get(oid) ?? -1)
  for (const r of snapshot.relations) {
    const path = pathOf(r.oid)
    if (path !== undefined && only.has(r.oid)) work.push(() => setBlocks(path, blocksOf(r), owner))
  }
  for (const index of snapshot.indexes) {
    const path = pathOf(index.oid)
    if (path === undefined || !only.has(index.relation)) continue
    const height = heights.get(index.oid)
    work.push(() => {
      if (height !== undefined && heightOf(readMetapage(path)) === undefined) setHeight(path, height)
      setBlocks(path, Math.max(blocksOf(index), (height ?? -1) + 2), owner)
    })
  }
  for (const [at, step] of work.entries()) {
    if (at % STEP === STEP - 1) await setImmediate()
    step()
  }
}

/**
 * B-trees whose height is another now. Buffers and sessions remember a metapage, so such an index gets new files: its table
 * is emptied for it, and is to be given its size again.
 */
export async function renewHeights(
  session: BulkSession,
  snapshot: Snapshot,
  only: ReadonlySet<number>,
  oids: OidMap,
  paths: ReadonlyMap<number, string>,
): Promise<void> {
  const heights = btreeHeights(snapshot, only)
  for (const index of snapshot.indexes) {
    const height = heights.get(index.oid)
    const [path, heap] = [index.oid, index.relation].map((oid) => paths.get(oids.get(oid) ?? -1))
    if (height === undefined || path === undefined || heap === undefined) continue
    const before = heightOf(readMetapage(path))
    if (before === undefined || before === height) continue
    emptyHeap(heap)
    await session.script(`REINDEX INDEX ${qualifiedName(index.schema, index.name)}`)
  }
}
