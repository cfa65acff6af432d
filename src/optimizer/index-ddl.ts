import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import type { IndexKey, IndexSpec } from './planner.ts'

export interface IndexDdlOptions {
  readonly name?: string
  readonly concurrently?: boolean
  /** Only on the partitioned table itself, not on its partitions. */
  readonly only?: boolean
}

/** CREATE INDEX for a spec. Expressions, predicate and operator classes are SQL text and are taken as they are. */
export function indexDdl(spec: IndexSpec, { name, concurrently, only }: IndexDdlOptions = {}): string {
  const words = [
    `CREATE ${spec.unique ? 'UNIQUE ' : ''}INDEX`,
    concurrently && 'CONCURRENTLY',
    name !== undefined && quoteIdentifier(name),
    `ON ${only ? 'ONLY ' : ''}${qualifiedName(spec.schema, spec.table)}`,
    `USING ${spec.method} (${spec.keys.map(keyDdl).join(', ')})`,
    spec.include.length > 0 && `INCLUDE (${spec.include.map(quoteIdentifier).join(', ')})`,
    spec.predicate !== undefined && `WHERE ${spec.predicate}`,
  ]
  return words.filter((word) => typeof word === 'string').join(' ')
}

function keyDdl(key: IndexKey): string {
  const what = key.column === undefined ? `(${key.expression})` : quoteIdentifier(key.column)
  // The default goes with the direction: NULLS LAST ascending, NULLS FIRST descending.
  const nulls = (key.nullsFirst ?? key.descending ?? false) === (key.descending ?? false)
  const words = [
    what,
    key.opclass,
    key.descending && 'DESC',
    !nulls && (key.nullsFirst ? 'NULLS FIRST' : 'NULLS LAST'),
  ]
  return words.filter((word) => typeof word === 'string').join(' ')
}
