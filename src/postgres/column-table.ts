import { noteColumns } from '../core/column-rows.ts'
import type { Column, Columns } from '../core/columns.ts'
import type { RowReceiver } from './data-rows.ts'
import { numberStore } from './number-store.ts'
import { type ParsedRow, readerOf, SpecError } from './parse-rows.ts'
import { Repeated, valueStore } from './value-store.ts'

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
/** How a missing flag is kept. */
const NO_FLAG = 2

interface Store {
  readonly put: (row: number, buffer: Buffer, from: number, to: number) => boolean
  readonly putNull: (row: number) => void
  readonly grow: (size: number) => void
  /** What the view's getters read from. */
  readonly values: () => ArrayLike<unknown> | Repeated
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
    // Most columns show in their first rows how wide they are: before there is much to move.
    size = size === 0 ? FIRST_SIZE : Math.max(size * 2, Math.ceil(expected * ROOM))
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
      if (Math.ceil(length * ROOM) < size) for (const store of stores) store.grow(length)
      lengths.set(columns, length)
      const values = stores.map((store) => store.values())
      const View = viewOf(columns)
      const rows = new Array<ParsedRow>(length)
      for (let i = 0; i < length; i++) rows[i] = new View(values, i) as unknown as ParsedRow
      noteColumns(rows, new Map(names.map((name, i) => [name, values[i]])))
      return rows
    },
  }
}

function storeOf(column: Column): Store {
  if (column.type === 'time') return numberStore((seconds) => Math.round(seconds * 1000))
  const { sentTimes } = column
  if (column.type === 'number') return numberStore(sentTimes === undefined ? undefined : (n) => n / sentTimes)
  if (column.type === 'boolean') return flagStore()
  return valueStore(column.type === 'list' ? readerOf(column) : undefined)
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
      const larger = new Uint8Array(size)
      larger.set(values.length > size ? values.subarray(0, size) : values)
      values = larger
    },
    values: () => values,
  }
}

type View = new (values: readonly (ArrayLike<unknown> | Repeated)[], row: number) => object
interface Inside {
  readonly _values: readonly (ArrayLike<unknown> | Repeated)[]
  readonly _row: number
}

const views = new WeakMap<Columns, View>()

/** The class of a spec's rows: one getter for each column, on the prototype, so that a row is two words. */
function viewOf(columns: Columns): View {
  const known = views.get(columns)
  if (known) return known
  const names = Object.keys(columns)
  class Row {
    readonly _values: readonly (ArrayLike<unknown> | Repeated)[]
    readonly _row: number
    constructor(values: readonly (ArrayLike<unknown> | Repeated)[], row: number) {
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
    return (this._values[i] as ArrayLike<number>)[this._row]
  }
const optionalGetter = (i: number) =>
  function (this: Inside): unknown {
    const value = (this._values[i] as ArrayLike<number>)[this._row]
    return Number.isNaN(value) ? null : value
  }
const flagGetter = (i: number) =>
  function (this: Inside): unknown {
    const value = (this._values[i] as Uint8Array)[this._row]
    return value === NO_FLAG ? null : value === 1
  }
const valueGetter = (i: number) =>
  function (this: Inside): unknown {
    const values = this._values[i] as unknown[] | Repeated
    return values instanceof Repeated ? values.at(this._row) : values[this._row]
  }
