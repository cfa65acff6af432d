/** Turns what was chosen into advice: statements, proof, confidence. */
import { redactLiterals } from '../core/redact.ts'
import type { AffectedStatement, DropAdvice, IndexAdvice, WorkloadAdvice } from './advice.ts'
import { confidenceOf } from './confidence.ts'
import type { Configurations } from './configuration.ts'
import { createAction } from './create-action.ts'
import { dropDdl, type Needless } from './drops.ts'
import { describeIndex, type IndexRecipe, indexRecipe } from './index-recipe.ts'
import type { PlanNode } from './plan-node.ts'
import type { PlanResult } from './planner.ts'
import type { PooledIndex } from './pool.ts'
import type { Query, WeightedScenario } from './queries.ts'
import type { SchemaFacts, TableFacts } from './schema.ts'
import type { Chosen } from './select.ts'
import type { WriteCost } from './write-cost.ts'

/** What a chosen index comes from, with what keeping it up costs. */
export interface ChosenIndex extends PooledIndex {
  readonly writes: WriteCost
  readonly table: TableFacts
  /** Seconds of work in the window. */
  readonly writeCost: number
  readonly bytes: number
}

interface Planned {
  readonly query: Query
  readonly costAfter: number
  readonly scenarios: readonly { readonly scenario: WeightedScenario; readonly after: PlanResult }[]
}

/** Part of the workload's time from which a statement that nothing helps is named. */
const MUCH = 0.02
/** Less than this saved is no help. */
const LITTLE = 0.1

/** Advice on each chosen index, those that save most first, and what none of them helps. */
export async function describeIndexes(
  chosen: readonly Chosen<ChosenIndex>[],
  queries: readonly Query[],
  configurations: Configurations,
  schema: SchemaFacts,
  taken: Set<string>,
): Promise<Pick<WorkloadAdvice, 'indexes' | 'unhelped'>> {
  const ids = new Set(chosen.map((c) => c.choice.id))
  const planned: Planned[] = []
  for (const [q, query] of queries.entries()) {
    const scenarios = []
    for (const scenario of query.scenarios)
      scenarios.push({ scenario, after: await configurations.plan(q, scenario, ids) })
    const costAfter = scenarios.reduce((sum, s) => sum + s.scenario.weight * s.after.cost, 0)
    planned.push({ query, costAfter, scenarios })
  }
  const all = queries.reduce((sum, q) => sum + q.statement.seconds, 0)
  const recipes = chosen.map((c) => indexRecipe(c.choice.spec, schema.tables, taken))
  /** What the planner called each index, and what it is advised as. */
  const names = new Map(chosen.map((c, i) => [c.choice.planned.name, recipes[i]?.name ?? '']))
  const indexes: readonly IndexAdvice[] = chosen.map(({ choice, gain }, i) => {
    const { spec, planned: index, writes, table, bytes } = choice
    const uses = planned.flatMap((p) => usesOf(p, index.name, names) ?? [])
    const recipe = recipes[i] as IndexRecipe
    const action = createAction(spec, recipe.name, table)
    const saves = uses.reduce((sum, u) => sum + u.saved, 0)
    return {
      ...{ name: recipe.name, spec, summary: describeIndex(spec), ddl: recipe.create, undo: recipe.undo },
      ...{ saves, share: all > 0 ? saves / all : 0, lostWithout: gain, bytes, writeCost: writes },
      ...confidenceOf({ spec, table, gaps: schema.gaps, uses }),
      statements: uses.toSorted((a, b) => b.saved - a.saved).map((use) => affected(use, names)),
      ...(action ? { action } : {}),
    }
  })
  const unhelped = planned
    .filter((p) => p.costAfter > p.query.cost * (1 - LITTLE) && p.query.statement.seconds > MUCH * all)
    .map(({ query: { statement } }) => ({
      ...{ queryIds: statement.queryIds, text: redactLiterals(statement.parsed.source.text) },
      ...{ calls: statement.calls, seconds: statement.seconds, share: statement.seconds / all },
    }))
  return { indexes: indexes.toSorted((a, b) => b.saves - a.saves), unhelped }
}

interface Use extends Planned {
  /** Seconds in the window, its part where the plan uses several. */
  readonly saved: number
  /** Weight of the scenarios that it helps with. */
  readonly agreement: number
  readonly likeliest: Planned['scenarios'][number]
}

/** What a query gains by one of the indexes; undefined where no plan of it uses that. */
function usesOf(p: Planned, index: string, advised: ReadonlyMap<string, string>): Use | undefined {
  const using = p.scenarios.filter((s) => s.after.indexes.includes(index))
  const [likeliest] = using.toSorted((a, b) => b.scenario.weight - a.scenario.weight)
  if (!likeliest) return undefined
  const { statement, cost } = p.query
  let saved = 0
  let agreement = 0
  for (const { scenario, after } of using) {
    const gain = scenario.base.cost - after.cost
    saved += (scenario.weight * gain) / after.indexes.filter((name) => advised.has(name)).length
    if (gain > 0) agreement += scenario.weight
  }
  return { ...p, agreement, likeliest, saved: cost > 0 ? (statement.seconds * saved) / cost : 0 }
}

function affected(
  { query, costAfter, likeliest }: Use,
  names: ReadonlyMap<string, string>,
): AffectedStatement {
  const { statement, cost } = query
  return {
    queryIds: statement.queryIds,
    text: redactLiterals(statement.parsed.source.text),
    ...{ calls: statement.calls, seconds: statement.seconds, costBefore: cost, costAfter },
    planBefore: likeliest.scenario.base.plan,
    planAfter: withNames(likeliest.after.plan, names),
  }
}

/** A plan whose hypothetical indexes are called what they are advised as. */
function withNames(node: PlanNode, names: ReadonlyMap<string, string>): PlanNode {
  const name = names.get(node['Index Name'] ?? '')
  return {
    ...node,
    ...(name === undefined ? {} : { 'Index Name': name }),
    ...(node.Plans ? { Plans: node.Plans.map((child) => withNames(child, names)) } : {}),
  }
}

/** Advice on an index that another one makes needless. */
export function describeDrop(needless: Needless): DropAdvice {
  const { table, index, coveredBy } = needless
  return {
    ...{ schema: index.schema, index: index.name, table: table.name, coveredBy, bytes: index.bytes },
    ...dropDdl(needless),
    because: `Its keys are the first of ${coveredBy}, and no statement was planned any worse without it.`,
    action: { name: 'drop-index', input: { schema: index.schema, index: index.name } },
  }
}
