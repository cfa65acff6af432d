import { qualifiedName } from '../core/identifier.ts'
import { covers, coversSpec, specOf } from './index-spec.ts'
import type { IndexSpec } from './planner.ts'
import type { IndexFacts, TableFacts } from './schema.ts'
import type { WorkloadCosts } from './workload-costs.ts'

/** An index that could be dropped, and the one that does its work. */
export interface Needless {
  readonly table: TableFacts
  readonly index: IndexFacts
  readonly coveredBy: string
}

export interface AdvisedIndex {
  readonly name: string
  readonly spec: IndexSpec
}

/** What is lost of the workload's time that no one would notice. */
const MOST_LOSS = 0.001
/** And of a single statement's. */
const MOST_STATEMENT_LOSS = 0.02

/** What a plan without the index is asked for by: its oid, as in `PlanOptions.without`. */
export const dropId = (index: Pick<IndexFacts, 'oid'>): string => `without ${index.oid}`

/** Why an index has to stay whatever plans say, or undefined. */
export function guardOf(index: IndexFacts): string | undefined {
  if (index.primary || index.constraint !== undefined) return 'it belongs to a constraint'
  if (index.unique) return 'it keeps values unique'
  if (index.replicaIdentity) return 'it is the replica identity'
  if (index.referenced) return 'a foreign key relies on it'
  if (index.partOf !== undefined) return 'it is a part of a partitioned table’s index'
  return index.valid ? undefined : 'it is invalid: drop-invalid-index takes it away'
}

/**
 * Existing indexes whose keys another index begins with, so that nothing needs them, on a standby as little as here: a foreign key's look-ups
 * and statements that were not seen have the other one. One at a time, each planned without it and those before.
 */
export async function needlessIndexes(
  tables: readonly TableFacts[],
  advised: readonly AdvisedIndex[],
  costs: WorkloadCosts,
  chosen: ReadonlySet<string>,
): Promise<readonly Needless[]> {
  const found: Needless[] = []
  let config: ReadonlySet<string> = chosen
  for (const table of tables.filter((t) => !t.managed))
    for (const index of table.indexes) {
      const coveredBy = guardOf(index) === undefined ? coverOf(index, table, advised, found) : undefined
      if (coveredBy === undefined) continue
      const without = new Set([...config, dropId(index)])
      if (!(await isUnnoticed(costs, config, without, dropId(index)))) continue
      config = without
      found.push({ table, index, coveredBy })
    }
  return found
}

function coverOf(
  index: IndexFacts,
  table: TableFacts,
  advised: readonly AdvisedIndex[],
  dropped: readonly Needless[],
): string | undefined {
  const own = specOf(table.schema, table.name, index)
  if (!own) return undefined
  const isTree = index.method === 'btree'
  const fresh = advised.find(
    ({ spec }) =>
      isTree && spec.schema === table.schema && spec.table === table.name && coversSpec(spec, own),
  )
  if (fresh) return fresh.name
  const gone = new Set(dropped.map((d) => d.index.oid))
  return table.indexes.find(
    (other) =>
      other.oid !== index.oid &&
      !gone.has(other.oid) &&
      covers(other, own) &&
      (isTree || madeLike(other) === madeLike(index)),
  )?.name
}

/** What an index is made of, with the parameters: what others than B-trees find depends on them, as on a BRIN's pages_per_range. */
const madeLike = ({ definition }: IndexFacts): string => definition.slice(definition.indexOf(' USING '))

async function isUnnoticed(
  costs: WorkloadCosts,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  id: string,
): Promise<boolean> {
  let [was, is] = [0, 0]
  for (const q of costs.touchedBy(id)) {
    const [one, other] = [await costs.of(q, before), await costs.of(q, after)]
    if (other > one * (1 + MOST_STATEMENT_LOSS)) return false
    was += one
    is += other
  }
  return is <= was * (1 + MOST_LOSS)
}

/** DROP INDEX CONCURRENTLY, and the statement that makes it again. */
export const dropDdl = ({
  index,
}: Needless): { readonly ddl: readonly string[]; readonly undo: readonly string[] } => ({
  ddl: [`DROP INDEX CONCURRENTLY ${qualifiedName(index.schema, index.name)};`],
  undo: [`${index.definition.replace(/^CREATE INDEX /, 'CREATE INDEX CONCURRENTLY ')};`],
})
