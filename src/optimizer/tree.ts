/** Changes to a syntax tree: the tree itself is never touched. */
import type { Node } from 'libpg-query'
import { as } from './syntax.ts'

/** A copy in which each object of `changes`, by identity, is another one; undefined takes it out of its list. */
export function replaceIn<T>(value: T, changes: ReadonlyMap<object, unknown>): T {
  const copy = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner
    if (changes.has(inner)) return changes.get(inner)
    if (Array.isArray(inner)) return inner.flatMap(copy).filter((item) => item !== undefined)
    return Object.fromEntries(Object.entries(inner).map(([key, item]) => [key, copy(item)]))
  }
  return copy(value) as T
}

/** A tree without places: equal for texts that differ only in layout and in parentheses that change nothing. */
export function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(flat(value))
      .filter(([key, item]) => !/^(location|.*_start|.*_end|stmt_len)$/.test(key) && item !== undefined)
      .map(([key, item]) => [key, withoutPlaces(item)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** a AND (b AND c) as a AND b AND c, OR likewise. */
function flat(value: object): object {
  const { boolop, args } = value as { boolop?: string; args?: Node[] }
  if ((boolop !== 'AND_EXPR' && boolop !== 'OR_EXPR') || !args) return value
  const within = (node: Node): Node[] => {
    const inner = as(node, 'BoolExpr')
    return inner?.boolop === boolop ? (inner.args ?? []).flatMap(within) : [node]
  }
  return { boolop, args: args.flatMap(within) }
}

export const sameTree = (a: Node, b: Node): boolean =>
  JSON.stringify(withoutPlaces(a)) === JSON.stringify(withoutPlaces(b))
