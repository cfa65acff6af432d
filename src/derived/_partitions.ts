import type { Row } from '../core/table.ts'
import type partitions from '../probes/partitions.ts'
import { memoized } from './_names.ts'

export interface Tree {
  /** Right below each parent. */
  readonly children: ReadonlyMap<number, readonly number[]>
  readonly parents: ReadonlyMap<number, number>
}

/** Partitions of tables and parts of indexes alike, as a tree. */
export const partitionTree = memoized((rows: readonly Row<typeof partitions>[]): Tree => {
  const children = new Map<number, number[]>()
  for (const { oid, parent } of rows) {
    const known = children.get(parent)
    if (known) known.push(oid)
    else children.set(parent, [oid])
  }
  return { children, parents: new Map(rows.map((r) => [r.oid, r.parent])) }
})

/** Everything below `root`, each once, with how many levels deep it lies. */
export function below(tree: Tree, root: number): readonly { readonly oid: number; readonly depth: number }[] {
  const found: { oid: number; depth: number }[] = []
  const seen = new Set([root])
  for (let level = [root], depth = 1; level.length > 0; depth++) {
    level = level.flatMap((oid) => tree.children.get(oid) ?? []).filter((oid) => !seen.has(oid))
    for (const oid of level) {
      seen.add(oid)
      found.push({ oid, depth })
    }
  }
  return found
}

/** Partitioned tables, or indexes of such, that are no part of another one. */
export const rootsOf = (tree: Tree): readonly number[] =>
  [...tree.children.keys()].filter((oid) => !tree.parents.has(oid))

/** The partitioned table, or index of such, at the top of what `oid` is a part of; null where it is no part. */
export function rootOf(tree: Tree, oid: number): number | null {
  let root: number | null = null
  // Parents come from one reading of the catalog, which has no circles; a bound costs nothing.
  for (let at = tree.parents.get(oid), steps = 0; at !== undefined && steps < 100; steps++) {
    root = at
    at = tree.parents.get(at)
  }
  return root
}
