/** Plans and costs of queries under sets of indexes that are named by their ids. */
import { dropId } from './drops.ts'
import type { PlanOptions, PlanResult, WhatIf } from './planner.ts'
import type { PooledIndex } from './pool.ts'
import type { Query, WeightedScenario } from './queries.ts'
import type { TableFacts } from './schema.ts'
import { createWorkloadCosts, type WorkloadCosts } from './workload-costs.ts'

export interface Configurations {
  readonly costs: WorkloadCosts
  /** Makes an index known after the others. */
  add(index: PooledIndex): void
  index(id: string): PooledIndex | undefined
  plan(query: number, scenario: WeightedScenario, ids: ReadonlySet<string>): Promise<PlanResult>
}

export interface ConfigurationOptions {
  readonly queries: readonly Query[]
  readonly whatIf: WhatIf
  readonly relevant: (query: number, index: PooledIndex) => boolean
  /** Told how often the planner has been asked for a query's cost. */
  readonly onCall?: (calls: number) => void
}

/** Ids are those of candidates, and `dropId` of existing indexes for what plans would be without them. */
export function createConfigurations({
  queries,
  whatIf,
  relevant,
  onCall,
}: ConfigurationOptions): Configurations {
  const known = new Map<string, PooledIndex>()
  const existing = new Map<string, { oid: number; table: TableFacts }>()
  for (const table of new Set(queries.flatMap((q) => q.tables)))
    for (const index of table.indexes) existing.set(dropId(index), { oid: index.oid, table })

  const isRelevant = (q: number, id: string): boolean => {
    const index = known.get(id)
    if (index) return relevant(q, index)
    const dropped = existing.get(id)
    return dropped !== undefined && queries[q]?.tables.includes(dropped.table) === true
  }
  const planned = (scenario: WeightedScenario, ids: readonly string[]): Promise<PlanResult> => {
    if (ids.length === 0) return Promise.resolve(scenario.base)
    const without = ids.flatMap((id) => existing.get(id)?.oid ?? []).map(String)
    const options: PlanOptions = {
      with: ids.flatMap((id) => known.get(id)?.planned ?? []),
      ...(without.length > 0 ? { without } : {}),
    }
    return whatIf.plan(scenario.planned, options)
  }
  const costs = createWorkloadCosts({
    queries: queries.length,
    relevant: isRelevant,
    async price(q, ids) {
      const { scenarios, cost, statement } = queries[q] as Query
      onCall?.(costs.calls())
      let sum = 0
      for (const scenario of scenarios) sum += scenario.weight * (await planned(scenario, ids)).cost
      return cost > 0 ? (statement.seconds * sum) / cost : statement.seconds
    },
  })
  return {
    costs,
    add: (index) => void known.set(index.id, index),
    index: (id) => known.get(id),
    plan: (q, scenario, ids) => planned(scenario, [...ids].filter((id) => isRelevant(q, id)).sort()),
  }
}
