/** A column of numbers, in whatever array holds them. */
export type Numbers = ArrayLike<number>

const columns = new WeakMap<readonly object[], ReadonlyMap<string, unknown>>()

/** Notes the columns that a list of rows is a view of. */
export function noteColumns(rows: readonly object[], values: ReadonlyMap<string, unknown>): void {
  columns.set(rows, values)
}

/**
 * One numeric column of a list of rows as an array, NaN where there is no value. For loops over tens of thousands of rows:
 * those of a large probe are kept as columns, and then nothing is copied.
 */
export function numbersOf<R extends object>(rows: readonly R[], name: keyof R & string): Numbers {
  const known = columns.get(rows)?.get(name)
  // The array may have room for more.
  if (isTyped(known)) return known.subarray(0, rows.length)
  return Float64Array.from(rows, (row) => (row[name] as number | null) ?? Number.NaN)
}

const isTyped = (values: unknown): values is Float64Array | Uint32Array | Uint16Array | Uint8Array =>
  ArrayBuffer.isView(values)
