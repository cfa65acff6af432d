/** Typed access to PostgreSQL's raw syntax tree as libpg-query gives it: each node is an object with its kind as the only key. */
import type { Node, SelectStmt } from 'libpg-query'

type KeysOf<T> = T extends T ? keyof T : never
export type NodeKind = KeysOf<Node>
/** What a node of the kind K holds. */
export type NodeOf<K extends NodeKind> = Node extends infer N
  ? N extends { readonly [P in K]: infer V }
    ? V
    : never
  : never

/** The inside of a node, if it is of that kind. */
export const as = <K extends NodeKind>(node: Node | undefined, kind: K): NodeOf<K> | undefined =>
  node === undefined ? undefined : (node as unknown as { readonly [P in K]?: NodeOf<K> })[kind]

export const kindOf = (node: Node): NodeKind => Object.keys(node)[0] as NodeKind

/** The texts of a list of String nodes: a qualified name, an operator. */
export const namesOf = (nodes: readonly Node[] | undefined): string[] =>
  (nodes ?? []).flatMap((n) => as(n, 'String')?.sval ?? [])

/** The last part of a qualified name: the operator's or function's own name. */
export const lastName = (nodes: readonly Node[] | undefined): string => namesOf(nodes).at(-1) ?? ''

/** A location of the tree: 0 is left out there, and -1 means that there is none. */
export const locationOf = (inner: { readonly location?: number }): number => inner.location ?? 0

/** Called for each node, outermost first; false keeps out of what is below it. */
export type Visit = (node: Node, kind: NodeKind) => boolean | undefined

const isNode = (value: object): value is Node => {
  const keys = Object.keys(value)
  return keys.length === 1 && /^[A-Z]/.test(keys[0] as string)
}

/** Walks everything below a value of the tree in the order of the text. */
export function walk(value: unknown, visit: Visit): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit)
  else if (typeof value === 'object' && value !== null) {
    if (isNode(value)) {
      if (visit(value, kindOf(value)) === false) return
      walk(Object.values(value)[0], visit)
    } else for (const item of Object.values(value)) walk(item, visit)
  }
}

/** The first byte of anything below a value, or undefined where the tree has no location. */
export function firstLocation(value: unknown): number | undefined {
  let first: number | undefined
  const look = (inner: unknown): void => {
    if (Array.isArray(inner)) inner.forEach(look)
    else if (typeof inner === 'object' && inner !== null)
      for (const [key, item] of Object.entries(inner)) {
        if (key === 'location' && typeof item === 'number' && item >= 0) first = Math.min(first ?? item, item)
        else look(item)
      }
  }
  look(value)
  return first
}

/** Wraps the arms of a set operation, which the tree holds bare. */
export const asNode = (select: SelectStmt): Node => ({ SelectStmt: select })

/** The constant that a node is, casts looked through, as text; null for NULL, undefined where it isn't one. */
export function constantOf(node: Node | undefined): string | null | undefined {
  const cast = as(node, 'TypeCast')
  if (cast) return constantOf(cast.arg)
  const negative = as(node, 'A_Expr')
  if (negative && !negative.lexpr && lastName(negative.name) === '-') {
    const inner = constantOf(negative.rexpr)
    return inner === undefined || inner === null ? inner : `-${inner}`
  }
  const constant = as(node, 'A_Const')
  if (!constant) return undefined
  if (constant.isnull) return null
  if (constant.ival) return String(constant.ival.ival ?? 0)
  if (constant.boolval) return String(constant.boolval.boolval ?? false)
  return constant.fval?.fval ?? constant.sval?.sval ?? (constant.sval ? '' : constant.bsval?.bsval)
}

/** The name of the type of a cast, without pg_catalog: `date`, `int4`, `public.mood[]`. */
export function typeNameOf(type: NodeOf<'TypeName'> | undefined): string {
  const parts = namesOf(type?.names)
  if (parts[0] === 'pg_catalog') parts.shift()
  return parts.join('.') + (type?.arrayBounds?.length ? '[]' : '')
}
