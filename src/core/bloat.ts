/** What was measured of one table or index. */
export interface Bloat {
  readonly schema: string
  readonly table: string
  /** Its own name where it is an index. */
  readonly index: string | null
  /** Bytes. */
  readonly size: number
  /** Share of the file that holds nothing alive, 0 to 1. For an index beyond the room that its fill factor leaves. */
  readonly bloat: number
}

/** Everything measured, and why the rest is unknown. */
export interface Bloats {
  readonly rows: readonly Bloat[]
  readonly unknown: readonly string[]
}

/** A measurement that was kept. */
export interface MeasuredBloat extends Bloat {
  /** Epoch milliseconds. */
  readonly at: number
}
