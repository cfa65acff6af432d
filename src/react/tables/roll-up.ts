import type { FactRows } from '../api/rows.ts'

type Table = FactRows['tables']
type Whole = FactRows['partitioned-tables']
type Estimate = FactRows['table-bloat']

/** A table, or a partitioned one with all its partitions. */
export interface TableRow extends Table {
  readonly parts?: readonly Table[]
}

/** Each partitioned table in one row, with the partitions that hold its rows; other tables as they are. */
export function rollUp(tables: readonly Table[], wholes: readonly Whole[]): readonly TableRow[] {
  const byOid = new Map(wholes.map((w) => [w.oid, w]))
  const wholeOf = (t: Table) => (t.root === null ? undefined : byOid.get(t.root))
  const parts = Map.groupBy(tables, wholeOf)
  const alone: readonly TableRow[] = parts.get(undefined) ?? []
  const folded = [...parts].flatMap(([whole, held]): TableRow[] =>
    whole
      ? [{ ...whole, root: null, autovacuum_enabled: held.every((t) => t.autovacuum_enabled), parts: held }]
      : [],
  )
  return [...alone, ...folded]
}

/** The waste of all parts whose waste is known; undefined where none is looked at. */
export function wasteOf(
  parts: readonly Table[],
  estimates: ReadonlyMap<number, Estimate>,
): Estimate | undefined {
  const looked = parts.flatMap((t) => estimates.get(t.oid) ?? [])
  const known = looked.flatMap(({ bloat }) => bloat ?? [])
  if (looked.length === 0) return undefined
  const size = parts.reduce((sum, t) => sum + t.size, 0)
  const bloat = known.length === 0 ? null : known.reduce((sum, b) => sum + b, 0)
  const unknown = looked.length - known.length
  return {
    oid: 0,
    ...{ bloat, ratio: bloat === null || size === 0 ? null : bloat / size },
    confidence: unknown === 0 && looked.every((e) => e.confidence === 'high') ? 'high' : 'low',
    why: unknown === 0 ? 'see its partitions' : `${unknown} of ${looked.length} partitions are not known`,
  }
}
