import type { Columns, RowOf } from './columns.ts'
import type { Context, Given, Needs } from './given.ts'
import type { Failure } from './outcome.ts'
import type { Declared, Table } from './table.ts'

/** A table computed from probes and other derived tables by a pure function. */
export interface Derived<C extends Columns = Columns, N extends Needs = Needs> extends Table<C> {
  readonly from: N
  /** Rows, or why they can't be known. Method syntax, so that a registry may hold derivations of any needs. */
  compute(given: Given<N>, context: Context): readonly RowOf<C>[] | Failure
}

/** Checks a derivation's declaration at compile time; returns it unchanged. */
export const defineDerived = <const C extends Columns, const N extends Needs>(
  derived: Derived<C, N> & Declared<C>,
): Derived<C, N> => derived
