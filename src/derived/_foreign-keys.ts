import type { Row } from '../core/table.ts'
import type foreignKeys from '../probes/foreign-keys.ts'
import type { IndexDefinition } from './_index-rows.ts'
import { memoizedPair } from './_names.ts'

export type ForeignKey = Row<typeof foreignKeys>

/** WHERE column IS NOT NULL, and nothing else: as a node tree of the catalog. */
const NOT_NULL = /^\{NULLTEST :arg \{VAR [^{}]*:varattno (\d+) [^{}]*\} :nulltesttype 1 [^{}]*\}$/

/**
 * Whether the search that a foreign key makes among the referring rows, column = value for each of its columns, can use the
 * index: valid, its columns the leading ones in any order. Partial ones can't, but for a predicate that the search itself
 * implies: that one of the columns is not null.
 */
export function serves(index: IndexDefinition, key: Pick<ForeignKey, 'columns'>): boolean {
  if (!index.valid || !index.ready) return false
  const columns = new Set(key.columns)
  if (index.method !== 'btree' && !(index.method === 'hash' && columns.size === 1)) return false
  if (index.predicate !== null && !columns.has(Number(NOT_NULL.exec(index.predicate)?.[1]))) return false
  const leading = index.keys.split(' ').slice(0, Math.min(index.key_columns, columns.size)).map(Number)
  return (
    leading.length === columns.size &&
    leading.every((c) => columns.has(c)) &&
    new Set(leading).size === columns.size
  )
}

interface Served {
  readonly key: ForeignKey
  /** Oids of the indexes that serve it. */
  readonly serving: readonly number[]
}

type Keys = readonly ForeignKey[]
type Definitions = readonly IndexDefinition[]

/** There are many, and only DDL changes them. */
const served = memoizedPair((keys: Keys, definitions: Definitions): readonly Served[] => {
  const byTable = Map.groupBy(definitions, (d) => d.table_oid)
  return keys.map((key) => ({
    key,
    serving: (byTable.get(key.table_oid) ?? []).filter((d) => serves(d, key)).map((d) => d.oid),
  }))
})

/** The keys that each index serves. */
const servedBy = memoizedPair(
  (keys: Keys, definitions: Definitions): ReadonlyMap<number, readonly Served[]> => {
    const found = new Map<number, Served[]>()
    for (const one of served(keys, definitions)) {
      for (const index of one.serving) {
        const known = found.get(index)
        if (known) known.push(one)
        else found.set(index, [one])
      }
    }
    return found
  },
)

/**
 * The foreign key for which an index should stay, so that nobody is told to drop what he would be told to make again. Of
 * several indexes that serve a key it is one: the most scanned, then the oldest.
 */
export function supporters(
  keys: readonly ForeignKey[],
  definitions: readonly IndexDefinition[],
): (index: number, scansOf: (index: number) => number) => ForeignKey | undefined {
  const found = servedBy(keys, definitions)
  return (index, scansOf) =>
    found.get(index)?.find(({ serving }) => {
      if (serving.length === 1) return true
      const scans = scansOf(index)
      return serving.every((other) => {
        const more = other === index ? 0 : scansOf(other) - scans
        return more < 0 || (more === 0 && other >= index)
      })
    })?.key
}

/** The foreign keys that stand for themselves and that no index serves, be it on a partitioned table or on each of its parts. */
export const unserved = memoizedPair((keys: Keys, definitions: Definitions): readonly ForeignKey[] => {
  const serving = new Map(served(keys, definitions).map((s) => [s.key, s.serving.length > 0]))
  const parts = Map.groupBy(keys, (k) => k.parent)
  const isServed = (key: ForeignKey): boolean => {
    if (serving.get(key)) return true
    // Parts on the same table are for the partitions of the table referred to.
    const below = (parts.get(key.oid) ?? []).filter((p) => p.table_oid !== key.table_oid)
    return below.length > 0 && below.every(isServed)
  }
  return keys.filter((key) => key.parent === 0 && !isServed(key))
})
