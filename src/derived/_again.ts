import type { ByNumber } from '../core/by-number.ts'
import { type Numbers, numbersOf } from '../core/column-rows.ts'
import { memoized } from './_names.ts'

/** The columns of a sample that are numbers or times. */
type Numeric<S> = { [K in keyof S & string]: S[K] extends number | null ? K : never }[keyof S & string]

/** Looks a row of the sample up, of which only some columns may be read. */
export type At<S, K extends keyof S> = (oid: number) => Pick<S, K> | undefined

interface Making<C extends object, S extends object, K extends Numeric<S>, R extends object> {
  /** What there is to be a row for, in their order. With another list the memory begins anew. */
  readonly of: readonly C[]
  /** The sample that the rows are made of. */
  readonly sample: ByNumber<S>
  /** What `make` may read of it. */
  readonly columns: readonly K[]
  /** Everything else that `make` reads: where one of these is not the one of the last time, all rows are made. */
  readonly also: readonly unknown[]
  /** The row for one of them, if any. Whatever it looks up with `at` it is made of. */
  readonly make: (each: C, at: At<S, K>) => R | undefined
  readonly order?: (a: R, b: R) => number
}

interface Memory {
  also: readonly unknown[]
  /** The sample's oids and columns; none: all rows are to be made. */
  numbers: readonly Numbers[]
  rows: (object | undefined)[]
  /** Where in the sample the rows were looked up, one after another, and where in this those of each row end. */
  places: Int32Array
  ends: Int32Array
  ordered: readonly object[] | undefined
}

/**
 * Makes those rows of a large derived table anew whose counters moved since the last time, and gives the others again: of tens
 * of thousands hardly any changes from minute to minute, and what is made of each costs its time and then the collector's.
 * Which places of a sample moved is told by its columns; which places a row was made of is noted while it is made, so
 * that none can be forgotten. Where the sample's rows are others, or in another order, all are made; those that
 * say the same are still the same objects.
 */
export function again() {
  const memories = memoized(
    (of: readonly object[]): Memory => ({
      ...{ also: [], numbers: [], rows: new Array(of.length).fill(undefined), ordered: undefined },
      ...{ places: new Int32Array(0), ends: new Int32Array(0) },
    }),
  )
  return <
    C extends object,
    S extends object & { readonly oid: number },
    K extends Numeric<S>,
    R extends object,
  >(
    making: Making<C, S, K, R>,
  ): R[] => {
    const { of, sample, columns, also, order } = making
    const memory = memories(of)
    const numbers = ['oid' as K, ...columns].map((name) => numbersOf(sample.rows, name))
    const same = also.length === memory.also.length && also.every((one, i) => Object.is(one, memory.also[i]))
    const moved = same ? movedPlaces(memory.numbers, numbers) : undefined
    const { ordered } = memory
    // Should making fail, what is there belongs to no sample.
    Object.assign(memory, { numbers: [], ordered: undefined })
    const { changed, settled } = moved ? renew(memory, making, moved) : makeAll(memory, making)
    memory.also = also
    if (settled) memory.numbers = numbers
    if (!changed && ordered) memory.ordered = ordered
    else {
      const rows: R[] = []
      for (const row of memory.rows) if (row) rows.push(row as R)
      if (!order) return rows
      memory.ordered = rows.sort(order)
    }
    return memory.ordered.slice() as R[]
  }
}

interface Made {
  /** Whether any row is another object than before. */
  readonly changed: boolean
  /** Whether it is known for each row where it was looked up. */
  readonly settled: boolean
}

function makeAll<C extends object, S extends object, K extends Numeric<S>, R extends object>(
  memory: Memory,
  { of, sample, make }: Making<C, S, K, R>,
): Made {
  const places: number[] = []
  const ends = new Int32Array(of.length)
  const at = noting(sample, places)
  let changed = false
  for (let nth = 0; nth < of.length; nth++) {
    if (put(memory, nth, make(of[nth] as C, at))) changed = true
    ends[nth] = places.length
  }
  Object.assign(memory, { places: Int32Array.from(places), ends })
  return { changed, settled: true }
}

function renew<C extends object, S extends object, K extends Numeric<S>, R extends object>(
  memory: Memory,
  { of, sample, make }: Making<C, S, K, R>,
  moved: Uint8Array,
): Made {
  const { places, ends } = memory
  const looked: number[] = []
  const at = noting(sample, looked)
  let [changed, settled] = [false, true]
  for (let nth = 0, from = 0; nth < of.length; nth++) {
    const to = ends[nth] as number
    let still = true
    for (let i = from; i < to; i++) if (moved[places[i] as number] === 1) still = false
    if (!still) {
      looked.length = 0
      if (put(memory, nth, make(of[nth] as C, at))) changed = true
      if (looked.length !== to - from || looked.some((place, i) => place !== places[from + i]))
        settled = false
    }
    from = to
  }
  return { changed, settled }
}

/** Keeps a row, unless the one before says the same. */
function put({ rows }: Memory, nth: number, row: object | undefined): boolean {
  const before = rows[nth]
  if (before === row || (before && row && saysTheSame(before, row))) return false
  rows[nth] = row
  return true
}

const noting =
  <S extends object>({ rows, placeOf }: ByNumber<S>, places: number[]) =>
  (oid: number): S | undefined => {
    const place = placeOf(oid)
    if (place < 0) return undefined
    places.push(place)
    return rows[place]
  }

/** For each place of the sample 1 where a number is another one than before. Undefined where rows are not where they were. */
function movedPlaces(before: readonly Numbers[], now: readonly Numbers[]): Uint8Array | undefined {
  const moved = new Uint8Array(now[0]?.length ?? 0)
  if (before.length !== now.length || before[0]?.length !== moved.length) return undefined
  for (let i = 0; i < now.length; i++) {
    const any = mark(moved, before[i] as Numbers, now[i] as Numbers)
    if (i === 0 && any) return undefined
  }
  return moved
}

function mark(moved: Uint8Array, before: Numbers, now: Numbers): boolean {
  let any = false
  for (let at = 0; at < moved.length; at++) {
    const a = before[at] as number
    const b = now[at] as number
    // Two that are missing are the same.
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
    moved[at] = 1
    any = true
  }
  return any
}

function saysTheSame<R extends object>(a: R, b: R): boolean {
  for (const name in b) if (a[name] !== b[name]) return false
  return true
}
