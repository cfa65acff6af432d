import { numbersOf } from './column-rows.ts'

/** Rows by number, as a Map gives them. */
export interface ByNumber<R> {
  get(key: number): R | undefined
  has(key: number): boolean
  /** Where in `rows` it is, or -1. */
  placeOf(key: number): number
  readonly rows: readonly R[]
}

/** How full the slots are at most: beyond it neighbours get in each other's way. */
const FULL = 0.7
/** Knuth's multiplier (The Art of Computer Programming 3, 6.4): spreads numbers that follow each other. */
const SPREAD = 0x9e3779b1

/**
 * Rows by a whole number that each has for itself, such as an oid. A seventh of what a Map takes and sooner made: those of tens of
 * thousands of rows are made anew each minute. Of rows with the same number the last one counts.
 */
export function byNumber<R extends object>(rows: readonly R[], name: keyof R & string): ByNumber<R> {
  const keys = numbersOf(rows, name)
  const bits = Math.max(1, Math.ceil(Math.log2((rows.length + 1) / FULL)))
  const mask = 2 ** bits - 1
  /** One more than a row's place; 0 is free. */
  const slots = new Uint32Array(2 ** bits)
  const slotOf = (key: number): number => {
    let slot = Math.imul(key, SPREAD) >>> (32 - bits)
    for (let at = slots[slot]; at && keys[at - 1] !== key; at = slots[slot]) slot = (slot + 1) & mask
    return slot
  }
  for (let place = 0; place < rows.length; place++) slots[slotOf(keys[place] as number)] = place + 1
  const placeOf = (key: number): number => (slots[slotOf(key)] as number) - 1
  return { rows, placeOf, get: (key) => rows[placeOf(key)], has: (key) => placeOf(key) >= 0 }
}
