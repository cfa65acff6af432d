import type { Pair } from '../core/given.ts'

/** A row of the newer sample, with what each counter grew by since the older one. */
export interface Change<R, K extends string> {
  readonly row: R
  readonly grew: Readonly<Record<K, number>>
}

export interface DifferenceSpec<R, K extends string> {
  readonly key: (row: R) => string | number
  readonly counters: readonly K[]
  /** When the row's counters began, where the server says so. Another moment is another beginning. */
  readonly since?: (row: R) => number | null
  /** The same as equal keys, where making keys is dear. */
  readonly same?: (a: R, b: R) => boolean
  /** Given, a row of which no counter moved is left out unless this says otherwise: a large table has few others. */
  readonly keep?: (row: R) => boolean
  /** Whether the counters of a row that is new, or that began anew, have grown from zero since the older sample. */
  readonly fromZero?: (row: R, isNew: boolean) => boolean
}

/** Differences of all rows that can be differenced, and how many can't: those are gaps, not zeros and not spikes. */
export interface Differences<R, K extends string> {
  readonly changes: readonly Change<R, K>[]
  readonly gaps: number
}

type Counters<K extends string> = { readonly [P in K]: number | null }

/** Never negative, never more than has happened: where a counter went down, what is known begins anew. */
export function differences<K extends string, R extends Counters<K>>(
  pair: Pick<Pair<R>, 'now' | 'before'>,
  spec: DifferenceSpec<R, K>,
): Differences<R, K> {
  const { counters, keep } = spec
  const earlier = earlierRows(pair.before, spec)
  const changes: Change<R, K>[] = []
  let gaps = 0
  for (const [at, row] of pair.now.entries()) {
    const old = earlier(row, at)
    const base = old !== undefined && continues(row, old, spec) ? old : undefined
    if (base === undefined && !spec.fromZero?.(row, old === undefined)) {
      gaps++
      continue
    }
    if (keep && base && counters.every((c) => row[c] === base[c]) && !keep(row)) continue
    const grew = {} as Record<K, number>
    for (const c of counters) grew[c] = (row[c] ?? 0) - (base?.[c] ?? 0)
    changes.push({ row, grew })
  }
  return { changes, gaps }
}

/**
 * Finds the row of the sample before. Nearly always it stands where it stood, since catalogs and hash tables are read in
 * one order; a table of all keys is only made where that fails.
 */
export function earlierRows<R>(
  before: readonly R[],
  {
    key,
    same = (a, b) => key(a) === key(b),
  }: {
    readonly key: (row: R) => string | number
    readonly same?: (a: R, b: R) => boolean
  },
): (row: R, at: number) => R | undefined {
  let byKey: ReadonlyMap<string | number, R> | undefined
  return (row, at) => {
    const near = before[at]
    if (near !== undefined && same(near, row)) return near
    byKey ??= new Map(before.map((r) => [key(r), r]))
    return byKey.get(key(row))
  }
}

/** Whether the counters of `row` are those of `old`, only later. */
export function continues<K extends string, R extends Counters<K>>(
  row: R,
  old: R,
  spec: Pick<DifferenceSpec<R, K>, 'counters' | 'since'>,
): boolean {
  if (spec.since !== undefined && spec.since(row) !== spec.since(old)) return false
  return spec.counters.every((c) => (row[c] ?? 0) >= (old[c] ?? 0))
}
