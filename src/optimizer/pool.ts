/** The candidates that a plan would really use, out of all that could be thought of. */
import { type Candidate, type CandidateOptions, candidatesFor } from './candidates.ts'
import type { PlannedIndex, WhatIf } from './planner.ts'
import type { Query } from './queries.ts'

export interface PooledIndex extends Candidate {
  readonly planned: PlannedIndex
}

export interface Pool {
  readonly indexes: readonly PooledIndex[]
  /** Ids of those that one plan used together. */
  readonly bundles: readonly (readonly string[])[]
  readonly candidates: number
  /** Those of each query, useful or not. */
  readonly perQuery: readonly (readonly Candidate[])[]
  /** Candidates that could not be built, with the planner's reason. */
  readonly refused: readonly { readonly candidate: Candidate; readonly reason: string }[]
}

export interface PoolOptions extends CandidateOptions {
  readonly onProgress?: (done: number, total: number) => void
}

/** Second, third and fourth best indexes are of use where the best is too large. */
const ROUNDS = 4
/** Below this share of the cost it is a tie, in which the planner's choice means nothing. */
export const LEAST_SAVING = 0.01

/** Builds all candidates, and asks for each query which of its own it uses: the best first, then without these again. */
export async function buildPool(
  queries: readonly Query[],
  whatIf: WhatIf,
  options: PoolOptions = {},
): Promise<Pool> {
  const perQuery = queries.map((q) => candidatesFor(q.model, options))
  const all = new Map(perQuery.flat().map((c) => [c.id, c]))
  const built = new Map<string, PooledIndex>()
  const refused: { candidate: Candidate; reason: string }[] = []
  const total = all.size + queries.length
  let done = 0
  for (const candidate of all.values()) {
    options.onProgress?.(done++, total)
    const planned = await whatIf.create(candidate.spec)
    if ('reason' in planned) refused.push({ candidate, reason: planned.reason })
    else built.set(candidate.id, { ...candidate, planned })
  }
  const useful = new Set<string>()
  const bundles: string[][] = []
  for (const [i, query] of queries.entries()) {
    options.onProgress?.(done++, total)
    const own = (perQuery[i] ?? []).flatMap((c) => built.get(c.id) ?? [])
    for (const used of await usedBy(query, own, whatIf)) {
      for (const id of used) useful.add(id)
      if (used.length > 1) bundles.push(used)
    }
  }
  for (const [id, index] of built) if (!useful.has(id)) await whatIf.drop(index.planned)
  const indexes = [...built.values()].filter((index) => useful.has(index.id))
  return { indexes, bundles, candidates: all.size, perQuery, refused }
}

/** Sets of indexes that plans of the query use when offered all of `own`. */
async function usedBy(query: Query, own: readonly PooledIndex[], whatIf: WhatIf): Promise<string[][]> {
  const sets: string[][] = []
  for (const { planned, base } of query.scenarios) {
    let offered = own
    for (let round = 0; round < ROUNDS && offered.length > 0; round++) {
      const result = await whatIf.plan(planned, { with: offered.map((o) => o.planned) })
      const used = offered.filter((o) => result.indexes.includes(o.planned.name))
      if (used.length === 0 || result.cost > base.cost * (1 - LEAST_SAVING)) break
      sets.push(used.map((o) => o.id))
      offered = offered.filter((o) => !used.includes(o))
    }
  }
  return sets
}
