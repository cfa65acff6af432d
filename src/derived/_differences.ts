import { type Numbers, numbersOf } from '../core/column-rows.ts'
import type { Pair } from '../core/given.ts'

/** A row of the newer sample, with what each counter grew by since the older one. */
export interface Change<R, K extends string> {
  readonly row: R
  readonly grew: Readonly<Record<K, number>>
}

export interface DifferenceSpec<R, K extends string> {
  readonly key: (row: R) => string | number
  /** The same as equal keys, where making keys is dear. */
  readonly same?: (a: R, b: R) => boolean
  readonly counters: readonly K[]
  /** Given, a row of which no counter moved is left out unless this says otherwise: a large table has few others. */
  readonly keep?: (row: R) => boolean
  /** When the row's counters began, where the server says so. Another moment is another beginning. */
  readonly since?: (row: R) => number | null
  /**
   * Whether the counters of a row that is new, or that began anew, have grown from zero since the older sample.
   * `intact`: no row of the older sample is gone or began anew.
   */
  readonly fromZero?: (row: R, isNew: boolean, intact: boolean) => boolean
}

/** Differences of all rows that can be differenced, and how many can't: those are gaps, not zeros and not spikes. */
export interface Differences<R, K extends string> {
  readonly changes: readonly Change<R, K>[]
  readonly gaps: number
}

type Counters<K extends string> = { readonly [P in K]: number | null }

/** No older row, or one that the newer does not continue. */
const NEW = -1
const ANEW = -2

/** Never negative, never more than has happened: where a counter went down, what is known begins anew. */
export function differences<K extends string, R extends Counters<K> & object>(
  pair: Pick<Pair<R>, 'now' | 'before'>,
  spec: DifferenceSpec<R, K>,
): Differences<R, K> {
  const { counters, keep, fromZero } = spec
  const columnsOf = (rows: readonly R[]) => counters.map((c) => numbersOf(rows, c as keyof R & string))
  const [now, before] = [columnsOf(pair.now), columnsOf(pair.before)]
  const bases = basesOf(pair, spec)
  const grown = grownOf(bases, now, before)
  let continued = 0
  for (let at = 0; at < bases.length; at++) if ((bases[at] as number) >= 0) continued++
  const intact = continued === pair.before.length
  const changes: Change<R, K>[] = []
  let gaps = 0
  for (let at = 0; at < bases.length; at++) {
    const base = bases[at] as number
    if (base >= 0 && keep && grown[at] === 0 && !keep(pair.now[at] as R)) continue
    const row = pair.now[at] as R
    if (base < 0 && !fromZero?.(row, base === NEW, intact)) {
      gaps++
      continue
    }
    const grew = {} as Record<K, number>
    for (const [i, c] of counters.entries()) {
      grew[c] = value(now[i], at) - (base >= 0 ? value(before[i], base) : 0)
    }
    changes.push({ row, grew })
  }
  return { changes, gaps }
}

/** A value that is not there counts as zero. */
const value = (column: Numbers | undefined, at: number): number => column?.[at] || 0

/**
 * For each newer row whether a counter grew. One that went down makes its row begin ANEW in `bases`. Column by column: of tens of
 * thousands of rows nearly all are still.
 */
function grownOf(bases: Int32Array, now: readonly Numbers[], before: readonly Numbers[]): Uint8Array {
  const grown = new Uint8Array(bases.length)
  for (let i = 0; i < now.length; i++) {
    const [newer, older] = [now[i], before[i]]
    for (let at = 0; at < bases.length; at++) {
      const base = bases[at] as number
      if (base < 0) continue
      const more = value(newer, at) - value(older, base)
      if (more < 0) bases[at] = ANEW
      else if (more > 0) grown[at] = 1
    }
  }
  return grown
}

/** For each newer row the place of the older one with its key and beginning. */
function basesOf<K extends string, R extends Counters<K> & object>(
  pair: Pick<Pair<R>, 'now' | 'before'>,
  spec: DifferenceSpec<R, K>,
): Int32Array {
  const placeOf = places(pair.before, spec)
  const { since } = spec
  const baseOf = (row: R, at: number): number => {
    const base = placeOf(row, at)
    if (base === NEW) return NEW
    if (since && since(row) !== since(pair.before[base] as R)) return ANEW
    return base
  }
  const bases = new Int32Array(pair.now.length)
  for (let at = 0; at < bases.length; at++) bases[at] = baseOf(pair.now[at] as R, at)
  return bases
}

/**
 * Finds a row's place in the older sample. Nearly always it is the same, since catalogs and hash tables are read in one
 * order; a table of all keys is only made where that fails.
 */
function places<R>(
  before: readonly R[],
  { key, same = (a, b) => key(a) === key(b) }: Pick<DifferenceSpec<R, string>, 'key' | 'same'>,
): (row: R, at: number) => number {
  let byKey: ReadonlyMap<string | number, number> | undefined
  return (row, at) => {
    const near = before[at]
    if (near !== undefined && same(near, row)) return at
    byKey ??= new Map(before.map((r, place) => [key(r), place]))
    return byKey.get(key(row)) ?? NEW
  }
}
