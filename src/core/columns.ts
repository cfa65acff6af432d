/** What a number is measured in. Base units only: a surface scales them for people. */
export type Unit = 'bytes' | 'seconds' | 'ratio' | 'count' | 'per_second' | 'bytes_per_second' | 'none'

/**
 * label: identifies the row. gauge: may go up and down. counter: only grows until a reset.
 * detail: said about the row, never measured.
 */
export type Kind = 'label' | 'gauge' | 'counter' | 'detail'

/** How a value is parsed: `time` is epoch milliseconds (SQL gives epoch seconds), `list` a JSON array. */
export type ValueType = 'text' | 'number' | 'boolean' | 'time' | 'list'

export interface Column<T = unknown> {
  readonly kind: Kind
  readonly type: ValueType
  readonly unit: Unit
  readonly help: string
  readonly optional: boolean
  /** What the server sends is the value times this. */
  readonly sentTimes?: number
  /** An SQL text with what was written into it: no surface gives it unmasked. */
  readonly sql?: true
  /** Only for the type checker: the value that a row holds in this column. */
  readonly value?: T
}

export type Columns = Readonly<Record<string, Column>>

/** The row that a column spec describes. */
export type RowOf<C extends Columns> = {
  readonly [K in keyof C]: C[K] extends Column<infer T> ? T : never
}

const make =
  <T>(kind: Kind, type: ValueType) =>
  (unit: Unit, help: string): Column<T> => ({ kind, type, unit, help, optional: false })

/** A text that identifies the row. */
export const label = (help: string): Column<string> => make<string>('label', 'text')('none', help)
/** A number that identifies the row: an oid or a process id. */
export const id = (help: string): Column<number> => make<number>('label', 'number')('none', help)
/** A number that identifies a row of another table. */
export const reference = (help: string): Column<number> => make<number>('detail', 'number')('none', help)
/** A number that may go up and down. */
export const gauge = make<number>('gauge', 'number')
/** A number that only grows until it is reset. */
export const counter = make<number>('counter', 'number')
/** A text said about the row. */
export const detail = (help: string): Column<string> => make<string>('detail', 'text')('none', help)
/** An SQL text as it was sent, literals and all. Passwords may stand in it: only the optimizer reads it as it is. */
export const sqlText = (help: string): Column<string> => ({ ...detail(help), sql: true })
/** Yes or no. */
export const flag = (help: string): Column<boolean> => make<boolean>('gauge', 'boolean')('none', help)
/** A moment, in epoch milliseconds. */
export const time = (help: string): Column<number> => make<number>('detail', 'time')('none', help)
/** A list of numbers or of texts. */
export const list = <T extends number | string>(help: string): Column<readonly T[]> =>
  make<readonly T[]>('detail', 'list')('none', help)
/** The same column where the server may have no value. */
export const optional = <T>(column: Column<T>): Column<T | null> =>
  ({ ...column, optional: true }) as Column<T | null>
/** The same column of seconds where the server sends whole microseconds, which are shorter and cheaper to write. */
export const inMicros = (column: Column<number>): Column<number> => ({ ...column, sentTimes: 1e6 })
