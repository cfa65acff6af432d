/** Turns what was chosen into advice: statements, proof, confidence. */
import { redactLiterals } from '../core/redact.ts'
import type { AffectedStatement, DropAdvice, IndexAdvice } from './advice.ts'
import { confidenceOf } from './confidence.ts'
import type { Configurations } from './configuration.ts'
import { createAction } from './create-action.ts'
import { dropDdl, type Needless } from './drops.ts'
import { describeIndex, indexDdl } from './index-ddl.ts'
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

/** Advice on each chosen index, in their order. */
export async function describeIndexes(
  chosen: readonly Chosen<ChosenIndex>[],
  queries: readonly Query[],
  configurations: Configurations,
  schema: SchemaFacts,
  taken: Set<string>,
): Promise<readonly IndexAdvice[]> {
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
  return chosen.map(({ choice, gain }) => {
    const { spec, planned: index, writes, table, bytes } = choice
    const uses = planned.flatMap((p) => {
      const using = p.scenarios.filter((s) => s.after.indexes.includes(index.name))
      const agreement = using
        .filter((s) => s.after.cost < s.scenario.base.cost)
        .reduce((sum, s) => sum + s.scenario.weight, 0)
      return using.length > 0 ? [{ ...p, agreement, using }] : []
    })
    const ddl = indexDdl(spec, schema.tables, taken)
    const action = createAction(spec, ddl.name, table)
    return {
      ...{ name: ddl.name, spec, summary: describeIndex(spec), ddl: ddl.create, undo: ddl.undo },
      ...{ saves: gain, share: all > 0 ? gain / all : 0, bytes, writeCost: writes },
      ...confidenceOf({ spec, table, writeCost: writes, gaps: schema.gaps, uses }),
      statements: uses.map(affected).sort((a, b) => savedBy(b) - savedBy(a)),
      ...(action ? { action } : {}),
    }
  })
}

const savedBy = (s: AffectedStatement): number => s.seconds * (1 - s.costAfter / Math.max(s.costBefore, 1e-9))

function affected({
  query,
  costAfter,
  using,
}: Planned & { readonly using: Planned['scenarios'] }): AffectedStatement {
  const { statement, cost } = query
  const [likeliest] = using.toSorted((a, b) => b.scenario.weight - a.scenario.weight) as [
    Planned['scenarios'][number],
  ]
  return {
    queryIds: statement.queryIds,
    text: redactLiterals(statement.parsed.source.text),
    ...{ calls: statement.calls, seconds: statement.seconds, costBefore: cost, costAfter },
    planBefore: likeliest.scenario.base.plan,
    planAfter: likeliest.after.plan,
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
