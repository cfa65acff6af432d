import { textReader } from './wire-values.ts'

/** As many different values as a byte has numbers. */
const MOST = 256

/** A column in which few values repeat, such as schemas and methods: a byte for each row in place of a word. */
export class Repeated {
  readonly #values: readonly unknown[]
  readonly #places: Uint8Array

  constructor(values: readonly unknown[], places: Uint8Array) {
    this.#values = values
    this.#places = places
  }

  at(row: number): unknown {
    return this.#values[this.#places[row] as number]
  }
}

/** One column of texts, or of what `read` makes of them: undefined where the text is not of the type. */
export function valueStore(read: ((text: string) => unknown) | undefined) {
  const values: unknown[] = []
  const textAt = textReader()
  return {
    put(row: number, buffer: Buffer, from: number, to: number): boolean {
      const text = textAt(buffer, from, to)
      const value = read ? read(text) : text
      values[row] = value
      return value !== undefined
    },
    putNull(row: number): void {
      values[row] = null
    },
    grow(): void {},
    // A copy: what an array has grown by stays with it.
    values: () => repeated(values) ?? values.slice(),
  }
}

function repeated(values: readonly unknown[]): Repeated | undefined {
  if (values.length < MOST) return undefined
  const places = new Uint8Array(values.length)
  const known = new Map<unknown, number>()
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    let place = known.get(value)
    if (place === undefined) {
      if (known.size === MOST) return undefined
      place = known.size
      known.set(value, place)
    }
    places[row] = place
  }
  return new Repeated([...known.keys()], places)
}
