import { numbersOf } from '../core/column-rows.ts'

interface Places {
  readonly oids: Float64Array
  readonly at: ReadonlyMap<number, number>
}

/**
 * Finds rows of a large table by their oid. `since`: what stays while the schema does, such as its names. Catalogs are read in
 * one order, so where each row stands is nearly always known from the last time.
 */
export function byOid<R extends { readonly oid: number }>(): (
  rows: readonly R[],
  since: object,
) => (oid: number) => R | undefined {
  const known = new WeakMap<object, Places>()
  return (rows, since) => {
    const oids = numbersOf(rows as readonly { oid: number }[], 'oid')
    const last = known.get(since)
    const places = last && sameNumbers(last.oids, oids) ? last : placesOf(oids)
    if (places !== last) known.set(since, places)
    return (oid) => {
      const at = places.at.get(oid)
      return at === undefined ? undefined : rows[at]
    }
  }
}

function placesOf(oids: Float64Array): Places {
  const at = new Map<number, number>()
  for (let i = 0; i < oids.length; i++) at.set(oids[i] as number, i)
  return { oids, at }
}

function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
