import { noteColumns } from '../core/column-rows.ts'
import type { Column, Columns } from '../core/columns.ts'
import type { RowReceiver } from './data-rows.ts'
import { type ParsedRow, readerOf, SpecError } from './parse-rows.ts'
import { numberAt, textReader } from './wire-values.ts'

/** Rows of one result kept as columns: numbers in typed arrays, texts once each where they repeat. */
export interface ColumnTable extends RowReceiver {
  readonly length: number
  /** Length of all values as text. */
  readonly bytes: number
  /** The rows as light views. Throws SpecError as `parseRows` does. */
  rows(fields: readonly string[]): ParsedRow[]
}

const FIRST_SIZE = 256
/** A table is seldom much longer than the last time: room for a little more saves copying. */
const ROOM = 1.05
const lengths = new WeakMap<Columns, number>()
/** How a missing flag is kept; NaN is a missing number, which no server can send. */
const NO_FLAG = 2

interface Store {
  readonly put: (row: number, buffer: Buffer, from: number, to: number) => boolean
  readonly putNull: (row: number) => void
  readonly grow: (size: number) => void
  /** The array that the view's getters read from. */
  readonly values: () => ArrayLike<unknown>
}

/** Makes an empty table for a column spec. */
export function columnTable(columns: Columns): ColumnTable {
  const names = Object.keys(columns)
  const specs = names.map((name) => columns[name] as Column)
  const stores = specs.map(storeOf)
  const expected = lengths.get(columns) ?? 0
  let size = 0
  let length = 0
  let bytes = 0
  let fault: string | undefined

  const grow = (): void => {
    size = size === 0 ? Math.max(FIRST_SIZE, Math.ceil(expected * ROOM)) : size * 2
    for (const store of stores) store.grow(size)
  }

  return {
    get length() {
      return length
    },
    get bytes() {
      return bytes
    },
    row(buffer, start) {
      if (fault !== undefined) return
      if (length === size) grow()
      const count = Math.min(buffer.readInt16BE(start), names.length)
      let at = start + 2
      for (let i = 0; i < count; i++) {
        const width = buffer.readInt32BE(at)
        at += 4
        const store = stores[i] as Store
        if (width < 0) {
          if (!(specs[i] as Column).optional) {
            fault ??= `column ${names[i]} has no value, the spec says that it always has one`
          }
          store.putNull(length)
        } else {
          if (!store.put(length, buffer, at, at + width)) {
            fault ??= `column ${names[i]} is not a ${specs[i]?.type}`
          }
          at += width
          bytes += width
        }
      }
      length++
    },
    rows(fields) {
      if (names.length !== fields.length || names.some((name, i) => name !== fields[i])) {
        throw new SpecError(`columns are (${fields.join(', ')}), the spec says (${names.join(', ')})`)
      }
      if (fault !== undefined) throw new SpecError(fault)
      if (length < size / 2) for (const store of stores) store.grow(length)
      lengths.set(columns, length)
      const values = stores.map((store) => store.values())
      const View = viewOf(columns)
      const rows = new Array<ParsedRow>(length)
      for (let i = 0; i < length; i++) rows[i] = new View(values, i) as unknown as ParsedRow
      noteColumns(rows, new Map(names.map((name, i) => [name, values[i] as ArrayLike<unknown>])))
      return rows
    },
  }
}

function storeOf(column: Column): Store {
  if (column.type === 'time') return numberStore((seconds) => Math.round(seconds * 1000))
  const { sentTimes } = column
  if (column.type === 'number') return numberStore(sentTimes === undefined ? undefined : (n) => n / sentTimes)
  if (column.type === 'boolean') return flagStore()
  return valueStore(column)
}

/** `made`: the value from the number that was sent, where they are not the same. */
function numberStore(made?: (sent: number) => number): Store {
  let values = new Float64Array(0)
  return {
    put(row, buffer, from, to) {
      const value = numberAt(buffer, from, to)
      values[row] = made ? made(value) : value
      return !Number.isNaN(value)
    },
    putNull(row) {
      values[row] = Number.NaN
    },
    grow(size) {
      values = resized(values, new Float64Array(size))
    },
    values: () => values,
  }
}

function flagStore(): Store {
  let values = new Uint8Array(0)
  return {
    put(row, buffer, from, to) {
      const letter = buffer[from]
      values[row] = letter === 116 ? 1 : 0
      return to === from + 1 && (letter === 116 || letter === 102)
    },
    putNull(row) {
      values[row] = NO_FLAG
    },
    grow(size) {
      values = resized(values, new Uint8Array(size))
    },
    values: () => values,
  }
}

/** Texts and lists: as values of the language. */
function valueStore(column: Column): Store {
  const values: unknown[] = []
  const textAt = textReader()
  const read = column.type === 'list' ? readerOf(column) : undefined
  return {
    put(row, buffer, from, to) {
      const text = textAt(buffer, from, to)
      const value = read ? read(text) : text
      values[row] = value
      return value !== undefined
    },
    putNull(row) {
      values[row] = null
    },
    grow: () => {},
    values: () => values,
  }
}

function resized<A extends Float64Array | Uint8Array>(from: A, to: A): A {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from)
  return to
}

type View = new (values: readonly ArrayLike<unknown>[], row: number) => object
interface Inside {
  readonly _values: readonly ArrayLike<unknown>[]
  readonly _row: number
}

const views = new WeakMap<Columns, View>()

/** The class of a spec's rows: one getter for each column, on the prototype, so that a row is two words. */
function viewOf(columns: Columns): View {
  const known = views.get(columns)
  if (known) return known
  const names = Object.keys(columns)
  class Row {
    readonly _values: readonly ArrayLike<unknown>[]
    readonly _row: number
    constructor(values: readonly ArrayLike<unknown>[], row: number) {
      this._values = values
      this._row = row
    }
    toJSON(): Record<string, unknown> {
      const own = this as unknown as Record<string, unknown>
      return Object.fromEntries(names.map((name) => [name, own[name]]))
    }
  }
  for (const [i, name] of names.entries()) {
    Object.defineProperty(Row.prototype, name, {
      enumerable: true,
      get: getterOf(columns[name] as Column, i),
    })
  }
  views.set(columns, Row)
  return Row
}

/** One function for each kind of array: the engine makes the reading of a single kind fast. */
function getterOf({ type, optional }: Column, i: number): (this: Inside) => unknown {
  if (type === 'boolean') return flagGetter(i)
  if (type !== 'number' && type !== 'time') return valueGetter(i)
  return optional ? optionalGetter(i) : numberGetter(i)
}

const numberGetter = (i: number) =>
  function (this: Inside): unknown {
    return (this._values[i] as Float64Array)[this._row]
  }
const optionalGetter = (i: number) =>
  function (this: Inside): unknown {
    const value = (this._values[i] as Float64Array)[this._row]
    return Number.isNaN(value) ? null : value
  }
const flagGetter = (i: number) =>
  function (this: Inside): unknown {
    const value = (this._values[i] as Uint8Array)[this._row]
    return value === NO_FLAG ? null : value === 1
  }
const valueGetter = (i: number) =>
  function (this: Inside): unknown {
    return (this._values[i] as unknown[])[this._row]
  }
