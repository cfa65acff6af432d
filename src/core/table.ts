import type { Columns, RowOf } from './columns.ts'

/** A table of facts: what a probe reads or a derivation computes. Every surface is drawn from this. */
export interface Table<C extends Columns = Columns> {
  readonly name: string
  readonly title: string
  /** One or two sentences, ending with a full stop. */
  readonly doc: string
  /** `one`: exactly one row. */
  readonly rows: 'one' | 'many'
  readonly columns: C
  /** Columns kept in the history, one series for each row. Counters are kept as differences per second. */
  readonly history?: readonly string[]
}

export type Row<T extends Table> = RowOf<T['columns']>

/** What a declaration adds for the type checker: only columns that there are can be kept. */
export interface Declared<C extends Columns> {
  readonly history?: readonly (keyof C & string)[]
}
