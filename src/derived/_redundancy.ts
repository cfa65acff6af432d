import type { IndexDefinition } from './_index-rows.ts'
import { memoizedPair } from './_names.ts'
import type { Parameters } from './_storage-parameters.ts'

/** Storage parameters of the indexes that have any, by oid. */
type AllParameters = ReadonlyMap<number, Parameters>

export interface Redundant {
  readonly index: IndexDefinition
  readonly twin: IndexDefinition
  readonly reason: 'identical' | 'storage' | 'prefix'
}

const words = (list: string): readonly string[] => (list.trim() === '' ? [] : list.trim().split(/\s+/))

/** A node tree without the places in the statement that made it, which say nothing about the index. */
const meaning = (tree: string | null): string | null =>
  tree === null ? null : tree.replaceAll(/:location -?\d+/g, '')

/**
 * Parameters that change how an index is written and how large it grows, but not what a search finds by it: "Index Storage
 * Parameters" in PostgreSQL's documentation of CREATE INDEX. Others do: the ranges of BRIN, the signatures of bloom and GiST.
 */
const LAYOUT = new Set([
  'fillfactor',
  'deduplicate_items',
  'buffering',
  'fastupdate',
  'gin_pending_list_limit',
  'autosummarize',
])

/** The parameters of an index that are of this kind, as one text. */
const written = (set: Parameters | undefined, layout: boolean): string =>
  [...(set ?? [])]
    .filter(([name]) => LAYOUT.has(name) === layout)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join()

/** All that two indexes must share to be the same index twice. */
const shapeOf = (i: IndexDefinition, parameters: AllParameters): string =>
  JSON.stringify([
    i.method,
    i.keys,
    i.key_columns,
    i.classes,
    i.collations,
    i.options,
    meaning(i.expressions),
    meaning(i.predicate),
    written(parameters.get(i.oid), false),
  ])

/**
 * What it promises about its values, which the planner and ON CONFLICT rely on. A deferrable constraint may be broken for
 * a while, so that joins can't be left out for it (rel_supports_distinctness, src/backend/optimizer/plan/analyzejoins.c).
 */
const strictness = (i: IndexDefinition): readonly number[] => [
  Number(i.unique && i.nulls_not_distinct),
  Number(i.unique && !i.deferrable),
  Number(i.unique),
]

/** What only this index gives, beside being scanned. The more, the better to keep; ordered by weight. */
const worth = (i: IndexDefinition): readonly number[] => [
  Number(i.primary),
  Number(i.exclusion),
  Number(i.constraint),
  Number(i.foreign_key_target),
  Number(i.replica_identity),
  Number(i.partition),
  Number(i.clustered),
  ...strictness(i),
  -i.oid,
]

const byWorth = (a: IndexDefinition, b: IndexDefinition): number => {
  const [x, y] = [worth(a), worth(b)]
  const differs = x.findIndex((value, at) => value !== y[at])
  return differs === -1 ? 0 : (y[differs] as number) - (x[differs] as number)
}

/** Whether DROP INDEX may take it away when another index does the same for queries. */
const isFree = (i: IndexDefinition): boolean =>
  !(
    i.primary ||
    i.exclusion ||
    i.constraint ||
    i.foreign_key_target ||
    i.replica_identity ||
    i.partition ||
    i.clustered
  )

/** Whether the first one promises all that the second one does. */
function isAsStrict(one: IndexDefinition, other: IndexDefinition): boolean {
  const own = strictness(one)
  return strictness(other).every((promise, at) => (own[at] as number) >= promise)
}

/** Whether every search by `short` can be made by `long` as well. Strict: never true both ways. */
function covers(long: IndexDefinition, short: IndexDefinition): boolean {
  if (long.method !== 'btree' || short.method !== 'btree') return false
  if (short.expressions !== null || meaning(long.predicate) !== meaning(short.predicate)) return false
  const [all, own] = [words(long.keys), words(short.keys)]
  const keys = short.key_columns
  if (long.key_columns < keys) return false
  if (long.key_columns === keys && all.length <= own.length) return false
  const leads = (list: 'keys' | 'classes' | 'collations' | 'options') => {
    const theirs = words(long[list])
    return words(short[list])
      .slice(0, keys)
      .every((word, at) => theirs[at] === word)
  }
  return (
    leads('keys') &&
    leads('classes') &&
    leads('collations') &&
    leads('options') &&
    own.slice(keys).every((column) => all.includes(column))
  )
}

/**
 * The indexes of one table that another index of it makes needless. Of identical ones that stays which carries a
 * constraint or the like, else the oldest; a unique one is only needless beside one that is unique as strictly. A shorter
 * index is needless beside one that begins with its columns. Indexes that can't be used are not looked at.
 */
export function redundantIndexes(
  definitions: readonly IndexDefinition[],
  parameters: AllParameters,
): readonly Redundant[] {
  const layoutOf = (i: IndexDefinition) => written(parameters.get(i.oid), true)
  const usable = definitions.filter((d) => d.valid && d.ready)
  const redundant: Redundant[] = []
  const left: IndexDefinition[] = []
  for (const same of Map.groupBy(usable, (i) => shapeOf(i, parameters)).values()) {
    const ranked = [...same].sort(byWorth)
    for (const [at, index] of ranked.entries()) {
      const twin = isFree(index) ? ranked.slice(0, at).find((t) => isAsStrict(t, index)) : undefined
      if (twin)
        redundant.push({ index, twin, reason: layoutOf(index) === layoutOf(twin) ? 'identical' : 'storage' })
      else left.push(index)
    }
  }
  const needless = new Set(
    left.filter((short) => isFree(short) && !short.unique && left.some((long) => covers(long, short))),
  )
  for (const index of needless) {
    const twin = left.filter((long) => !needless.has(long) && covers(long, index)).sort(byWorth)[0]
    if (twin) redundant.push({ index, twin, reason: 'prefix' })
  }
  return redundant.sort((a, b) => a.index.oid - b.index.oid)
}

/** The needless indexes of all tables. Compared once for as long as the definitions stay: there are many tables. */
export const allRedundant = memoizedPair(
  (definitions: readonly IndexDefinition[], parameters: AllParameters): readonly Redundant[] =>
    [...Map.groupBy(definitions, (d) => d.table_oid).values()].flatMap((ofTable) =>
      ofTable.length === 1 ? [] : redundantIndexes(ofTable, parameters),
    ),
)
