import { byNumber } from '../core/by-number.ts'
import type { Row } from '../core/table.ts'
import type tableNames from '../probes/table-names.ts'

export type TableName = Row<typeof tableNames>

/** In place of a table that can't be read: one and the same, so that what was made of it holds. */
export const NONE: readonly never[] = []

/** What `make` gave for these rows, made once for as long as the rows live: tables are large and seldom change. */
export function memoized<R extends object, V>(make: (rows: R) => V): (rows: R) => V {
  const known = new WeakMap<R, V>()
  return (rows) => {
    const found = known.get(rows)
    if (found !== undefined) return found
    const made = make(rows)
    known.set(rows, made)
    return made
  }
}

/** The same for what is made of two: made once for as long as both live. */
export function memoizedPair<A extends object, B, V>(make: (one: A, other: B) => V): (one: A, other: B) => V {
  const known = new WeakMap<A, { readonly other: B; readonly made: V }>()
  return (one, other) => {
    const before = known.get(one)
    if (before?.other === other) return before.made
    const made = make(one, other)
    known.set(one, { other, made })
    return made
  }
}

/** Tables by oid. */
export const namesByOid = memoized((rows: readonly TableName[]) => byNumber(rows, 'oid'))

/** Order by two texts, the same on every machine. */
export const byText =
  <T>(...parts: ((row: T) => string)[]) =>
  (a: T, b: T): number => {
    // By number: an iterator for each of a million comparisons is garbage.
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as (row: T) => string
      const x = part(a)
      const y = part(b)
      if (x !== y) return x < y ? -1 : 1
    }
    return 0
  }

/** Tables and materialised views in the order of schema and name. Made once for as long as the names stay. */
export const namedTables = memoized((rows: readonly TableName[]): readonly TableName[] =>
  rows
    .filter((r) => r.kind === 'r' || r.kind === 'm')
    .sort(
      byText(
        (r) => r.schema,
        (r) => r.name,
      ),
    ),
)
