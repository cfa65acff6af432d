/** Indexes that are worth asking the planner about, for one statement. */
import { type Access, accessesOf } from './access.ts'
import { brinKeys } from './candidates/brin.ts'
import { armKeys, btreeKeys } from './candidates/btree.ts'
import { coveringColumns } from './candidates/covering.ts'
import { expressionKeys } from './candidates/expression.ts'
import { ginKeys } from './candidates/gin.ts'
import { partials } from './candidates/partial.ts'
import { patternKeys } from './candidates/pattern.ts'
import { covers, identityOf } from './index-spec.ts'
import type { StatementModel } from './model.ts'
import type { IndexKey, IndexSpec } from './planner.ts'
import type { ColumnFacts, TableFacts } from './schema.ts'

export interface Candidate {
  /** `identityOf` the spec. */
  readonly id: string
  readonly spec: IndexSpec
  /** Part of the table's rows that it has entries for. */
  readonly share: number
}

/** Tables below this are read as a whole in a moment. */
export const LEAST_ROWS = 2_000
/** Wider values would soon be more than a third of a page, which a b-tree refuses. */
const MOST_WIDTH = 800
/** Types that have no order, or none that a query could use. */
const NO_BTREE =
  /^(json|jsonb|xml|tsvector|tsquery|point|box|circle|polygon|path|line|lseg|geometry|geography|vector)\b|\[\]$/
const MOST_PER_STATEMENT = 80

export interface CandidateOptions {
  /** Schema of the extension pg_trgm, where it is installed. */
  readonly trigram?: string
}

/** Candidates in order of their kinds, plain ones first; each once. */
export function candidatesFor(model: StatementModel, options: CandidateOptions = {}): readonly Candidate[] {
  const found = new Map<string, Candidate>()
  for (const access of accessesOf(model)) {
    if (!isWorthIndexing(access.table)) continue
    for (const [spec, share] of specsFor(access, options)) {
      if (!isPossible(spec, access.table) || access.table.indexes.some((i) => covers(i, spec))) continue
      const id = identityOf(spec)
      if (!found.has(id)) found.set(id, { id, spec, share })
    }
  }
  return [...found.values()].slice(0, MOST_PER_STATEMENT)
}

/** Foreign tables have no indexes here, the platform's are not ours to index; of small ones none is of use. */
export const isWorthIndexing = (table: TableFacts): boolean =>
  !table.managed &&
  table.kind !== 'foreign table' &&
  (table.kind === 'partitioned table' || (table.rows ?? 0) >= LEAST_ROWS)

function* specsFor(access: Access, { trigram }: CandidateOptions): Generator<[IndexSpec, number]> {
  const { schema, name } = access.table
  const spec = (
    method: IndexSpec['method'],
    keys: readonly IndexKey[],
    more: Partial<IndexSpec> = {},
  ): IndexSpec => ({
    ...{ schema, table: name, method, keys, include: [] },
    ...more,
  })
  const lists = [...btreeKeys(access), ...expressionKeys(access), ...patternKeys(access)]
  for (const keys of lists) yield [spec('btree', keys), 1]
  for (const arm of access.arms) for (const keys of armKeys(arm)) yield [spec('btree', keys), 1]
  for (const part of [access, ...access.arms])
    for (const keys of ginKeys(part, access.table, trigram)) yield [spec('gin', keys), 1]
  for (const keys of brinKeys(access)) yield [spec('brin', keys), 1]
  for (const { sql, column, share } of partials(access)) {
    const rest = lists
      .map((keys) => keys.filter((k) => k.column !== column))
      .filter((keys) => keys.length > 0)
    for (const keys of rest.length > 0 ? rest : [[{ column }]])
      yield [spec('btree', keys, { predicate: sql }), share]
  }
  for (const keys of lists) {
    const include = coveringColumns(access, keys)
    if (include) yield [spec('btree', keys, { include }), 1]
  }
}

function isPossible(spec: IndexSpec, table: TableFacts): boolean {
  const of = (name: string | undefined): ColumnFacts | undefined => table.columns.find((c) => c.name === name)
  const columns = spec.keys.map((k) => k.column)
  // An expression names its columns by text; whether it may be indexed, the planner's server says.
  return [...columns, ...spec.include].every((name) => {
    if (name === undefined) return true
    const column = of(name)
    if (!column) return false
    if (spec.method !== 'btree') return true
    return (
      (column.avgWidth ?? 0) <= MOST_WIDTH && (spec.include.includes(name) || !NO_BTREE.test(column.type))
    )
  })
}
