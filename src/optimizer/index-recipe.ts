/** The statements that make an index without blocking, and those that take it away again. */
import { qualifiedName, quoteIdentifier } from '../core/identifier.ts'
import { indexDdl } from './index-ddl.ts'
import { indexName } from './index-spec.ts'
import type { IndexSpec } from './planner.ts'
import type { TableFacts } from './schema.ts'

export interface IndexRecipe {
  readonly name: string
  /** To run one by one, outside a transaction. */
  readonly create: readonly string[]
  readonly undo: readonly string[]
}

/** Names that are taken in each schema: tables and indexes share them. */
export function takenNames(tables: readonly TableFacts[]): Set<string> {
  const names = tables.flatMap((t) => [
    qualifiedName(t.schema, t.name),
    ...t.indexes.map((i) => qualifiedName(i.schema, i.name)),
  ])
  return new Set(names)
}

/**
 * CREATE INDEX CONCURRENTLY; for a partitioned table, which can't be indexed so, an invalid index of it alone, one of each partition
 * without blocking, and attached: the parent's becomes valid with the last. Adds the names to `taken`.
 */
export function indexRecipe(spec: IndexSpec, tables: readonly TableFacts[], taken: Set<string>): IndexRecipe {
  const table = tables.find((t) => t.schema === spec.schema && t.name === spec.table)
  const name = freeName(spec, taken)
  const hasExpression = spec.keys.some((k) => k.column === undefined)
  const analyze = hasExpression ? [`ANALYZE ${qualifiedName(spec.schema, spec.table)};`] : []
  const index = qualifiedName(spec.schema, name)
  if (table?.kind !== 'partitioned table')
    return {
      name,
      create: [`${indexDdl(spec, { name, concurrently: true })};`, ...analyze],
      undo: [`DROP INDEX CONCURRENTLY ${index};`],
    }
  return {
    name,
    create: [...partitioned(spec, table, name, tables, taken), ...analyze],
    // Takes the parts along; CONCURRENTLY can't.
    undo: [`DROP INDEX ${index};`],
  }
}

function partitioned(
  spec: IndexSpec,
  table: TableFacts,
  name: string,
  tables: readonly TableFacts[],
  taken: Set<string>,
): readonly string[] {
  const parts = tables.filter((t) => t.partitionOf === table.oid && t.kind !== 'foreign table')
  const made = parts.flatMap((part) => {
    const own = { ...spec, schema: part.schema, table: part.name }
    const partName = freeName(own, taken)
    const create =
      part.kind === 'partitioned table'
        ? partitioned(own, part, partName, tables, taken)
        : [`${indexDdl(own, { name: partName, concurrently: true })};`]
    const attach = `ALTER INDEX ${qualifiedName(spec.schema, name)} ATTACH PARTITION ${qualifiedName(part.schema, partName)};`
    return [...create, attach]
  })
  return [`${indexDdl(spec, { name, only: true })};`, ...made]
}

function freeName(spec: IndexSpec, taken: Set<string>): string {
  const name = indexName(spec, (n) => taken.has(qualifiedName(spec.schema, n)))
  taken.add(qualifiedName(spec.schema, name))
  return name
}

/** For a person: `clients (lower(email)) where …`. */
export function describeIndex(spec: IndexSpec): string {
  const keys = spec.keys.map((k) => (k.column ?? k.expression ?? '') + (k.descending ? ' desc' : ''))
  const name = spec.schema === 'public' ? spec.table : `${spec.schema}.${spec.table}`
  return [
    `${name} ${spec.method === 'btree' ? '' : `${spec.method} `}(${keys.join(', ')})`,
    ...(spec.include.length > 0 ? [`include (${spec.include.map(quoteIfOdd).join(', ')})`] : []),
    ...(spec.predicate === undefined ? [] : [`where ${spec.predicate}`]),
  ].join(' ')
}

const quoteIfOdd = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdentifier(name))
