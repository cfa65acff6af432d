import { AppError } from '../core/errors.ts'
import { qualifiedName } from '../core/identifier.ts'
import { indexDdl } from '../optimizer/index-ddl.ts'
import type { PlanNode } from '../optimizer/plan-node.ts'
import type { IndexSpec, PlannedIndex, PlanOptions, PlanResult, WhatIf } from '../optimizer/planner.ts'
import { CANDIDATE, type Candidates, type Part } from './candidates.ts'
import type { PlannerSession } from './planner-session.ts'

/**
 * What-if planning in one database of the shadow. Hypothetical indexes are real ones on an empty file, given the size that
 * they would have; a plan sees those that it asks for and no others.
 */
export function createWhatIf(planner: PlannerSession, candidates: Candidates): WhatIf {
  const known = new Map<number, readonly Part[]>()
  let next = 1
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = queue.then(work)
    queue = run.catch(() => undefined)
    return run
  }
  const partsOf = (index: PlannedIndex): readonly Part[] => {
    const parts = known.get(index.id)
    if (!parts) throw new AppError('cannot-plan', `the hypothetical index ${index.name} was dropped`)
    return parts
  }

  const plan: WhatIf['plan'] = async (statement, { with: wanted = [], without = [] }: PlanOptions = {}) => {
    await candidates.show(
      wanted.flatMap((index) => partsOf(index).map((p) => p.oid)),
      without,
    )
    const root = await planner.explain(statement)
    const names = new Map(wanted.flatMap((index) => partsOf(index).map((p) => [p.name, index.name])))
    const used = new Set([...indexNames(root)].map((name) => names.get(name) ?? name))
    return { plan: root, cost: Number(root['Total Cost'] ?? 0), indexes: [...used] } satisfies PlanResult
  }

  const create = async (spec: IndexSpec) => {
    const id = next++
    const name = `${CANDIDATE}${id}`
    try {
      const parts = await candidates.make(spec, indexDdl(spec, { name }), name)
      known.set(id, parts)
      return { id, name, spec, bytes: parts.reduce((sum, p) => sum + p.bytes, 0) }
    } catch (error) {
      const reason =
        error instanceof AppError ? error.detail : error instanceof Error ? error.message : String(error)
      return { reason: `${qualifiedName(spec.schema, spec.table)}: ${reason}` }
    }
  }

  const drop = async (index: PlannedIndex) => {
    if (!known.has(index.id)) return
    known.delete(index.id)
    await candidates.drop(qualifiedName(index.spec.schema, index.name))
  }

  return {
    plan: (statement, options) => inTurn(() => plan(statement, options)),
    create: (spec) => inTurn(() => create(spec)),
    drop: (index) => inTurn(() => drop(index)),
  }
}

function* indexNames(node: PlanNode): Generator<string> {
  const name = node['Index Name']
  if (typeof name === 'string') yield name
  for (const child of node.Plans ?? []) yield* indexNames(child)
}
