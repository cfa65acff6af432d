import { numberAt } from './wire-values.ts'

/**
 * The arrays that numbers are kept in, narrowest first. Of tens of thousands of tables most counters are small or zero, and
 * two readings of each are held.
 */
const KINDS = [Uint8Array, Uint16Array, Uint32Array, Float64Array] as const
type Numbers = InstanceType<(typeof KINDS)[number]>

/** One column of numbers as they come off the wire; NaN is a missing one, which no server can send. */
export interface NumberStore {
  /** False where the bytes spell no number. */
  readonly put: (row: number, buffer: Buffer, from: number, to: number) => boolean
  readonly putNull: (row: number) => void
  readonly grow: (size: number) => void
  readonly values: () => Numbers
}

/** `made`: the value from the number that was sent, where they are not the same. */
export function numberStore(made?: (sent: number) => number): NumberStore {
  let kind = 0
  let values: Numbers = new Uint8Array(0)

  const resize = (size: number): void => {
    const larger = new (KINDS[kind] as new (size: number) => Numbers)(size)
    larger.set(values.length > size ? values.subarray(0, size) : values)
    values = larger
  }
  const set = (row: number, value: number): void => {
    values[row] = value
    // What does not come back as it was needs a wider kind; NaN and -0 the widest.
    while (!Object.is(values[row], value)) {
      kind++
      resize(values.length)
      values[row] = value
    }
  }

  return {
    put(row, buffer, from, to) {
      const value = numberAt(buffer, from, to)
      set(row, made ? made(value) : value)
      return !Number.isNaN(value)
    },
    putNull: (row) => set(row, Number.NaN),
    grow: resize,
    values: () => values,
  }
}
