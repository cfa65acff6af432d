import type { Candidate } from './candidates.ts'
import type { IndexSpec } from './planner.ts'
import type { Query } from './queries.ts'

/** Tells whether an index could matter to a query, so that the planner isn't asked where it can't. */
export function createRelevance(queries: readonly Query[], own: readonly (readonly Candidate[])[]) {
  const columns = queries.map((q) => usedColumns(q))
  const ids = own.map((list) => new Set(list.map((c) => c.id)))
  return (query: number, id: string, spec: IndexSpec): boolean => {
    if (ids[query]?.has(id)) return true
    const used = columns[query]?.get(`${spec.schema}.${spec.table}`)
    const [first] = spec.keys
    return used !== undefined && first?.column !== undefined && used.has(first.column)
  }
}

/** By table, the columns that a query searches, joins, orders or groups by. */
function usedColumns({ model }: Query): ReadonlyMap<string, ReadonlySet<string>> {
  const uses = model.scopes.flatMap((s) => [
    ...s.predicates.flatMap((p) => [...p.columns, ...p.arms.flat().flatMap((arm) => arm.columns)]),
    ...s.joins.flatMap((j) => [j.left, j.right]),
    ...[...s.orderBy, ...s.groupBy, ...s.distinctOn].flatMap((i) => i.columns),
    ...s.outerColumns,
    // min and max, SELECT DISTINCT, and what x IN (SELECT y …) compares.
    ...(s.hasAggregates || s.distinct === 'all' || s.kind === 'sublink'
      ? s.outputs.flatMap((o) => o.columns)
      : []),
  ])
  const found = new Map<string, Set<string>>()
  for (const { table, name } of uses) {
    const facts = table?.facts
    if (!facts) continue
    const key = `${facts.schema}.${facts.name}`
    found.set(key, (found.get(key) ?? new Set()).add(name))
  }
  return found
}
