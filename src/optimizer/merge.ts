import { coversSpec, identityOf } from './index-spec.ts'
import type { IndexSpec } from './planner.ts'

/** More included columns than this make a table of it. */
const MOST_INCLUDED = 5

/**
 * One index that could do the work of two of the same table: the first one's keys, with what the second has besides kept beside them. Undefined
 * where there is none: another method, predicate or first key, or too wide.
 */
export function mergeSpecs(a: IndexSpec, b: IndexSpec): IndexSpec | undefined {
  if (a.schema !== b.schema || a.table !== b.table || a.method !== 'btree' || b.method !== 'btree')
    return undefined
  const bare = (spec: IndexSpec): IndexSpec => ({ ...spec, keys: spec.keys.slice(0, 1), include: [] })
  if (identityOf(bare(a)) !== identityOf(bare(b))) return undefined
  if (coversSpec(a, b)) return a
  const extra = [...b.keys.map((k) => k.column), ...b.include]
  if (extra.includes(undefined)) return undefined
  const keys = new Set(a.keys.map((k) => k.column))
  const include = [...new Set([...a.include, ...(extra as string[])])].filter((c) => !keys.has(c)).sort()
  return include.length <= MOST_INCLUDED ? { ...a, include } : undefined
}
