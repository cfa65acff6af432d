/** One statement and its rewrites, planned: over any planner that answers what-if questions. */
import { AppError } from '../core/errors.ts'
import { parameterCount } from './plannable.ts'
import type { PlannedStatement, WhatIf } from './planner.ts'
import { prepareQueries } from './queries.ts'
import type { PlannedPart, PlannedRewrite } from './report.ts'
import type { Rewritten } from './rewrite.ts'
import { type SchemaFacts, searchPathOf } from './schema.ts'
import type { WorkloadStatement } from './workload.ts'

/** How a statement was planned, and what came of it. */
export interface StatementPlan {
  readonly statement: PlannedStatement
  readonly cost: number
  readonly part: PlannedPart
}

const explainedOf = (plan: PlannedPart['explained']['plan']): PlannedPart['explained'] => ({
  plan,
  analyzed: false,
})

/**
 * Plans a statement as the role that ran it, with the constants that are most like what ran: those that the advisor gives most weight. A generic
 * plan only where it has parameters and none could be made up. Throws AppError `cannot-plan`.
 */
export async function planStatement(
  whatIf: WhatIf,
  statement: WorkloadStatement,
  schema: SchemaFacts,
  settings: Readonly<Record<string, string>> = {},
): Promise<StatementPlan> {
  const { parsed, role } = statement
  const { queries } = await prepareQueries([statement], whatIf, {
    tables: schema.tables,
    searchPath: searchPathOf(schema),
  })
  const [likeliest] = (queries[0]?.scenarios ?? []).toSorted((a, b) => b.weight - a.weight)
  const values = likeliest?.planned.values
  const as: PlannedStatement = {
    sql: parsed.source.text,
    settings,
    ...(values ? { values } : {}),
    ...(role === undefined ? {} : { role }),
  }
  const { plan, cost } = await whatIf.plan(as)
  const generic = parameterCount(parsed) > 0 && values === undefined
  return {
    ...{ statement: as, cost },
    part: {
      ...{ explained: explainedOf(plan), generic, by: 'shadow' },
      ...(role === undefined ? {} : { role }),
      ...(values ? { values } : {}),
      notes: [
        ...(generic ? ['Planned for any values of its parameters; a given value may get another plan'] : []),
        ...(values ? ['Planned with constants that the statistics of the columns make likely'] : []),
      ],
    },
  }
}

/** Plans each rewrite as the statement itself was planned. */
export async function planRewrites(
  whatIf: WhatIf,
  { statement, cost: before }: StatementPlan,
  rewrites: readonly Rewritten[],
  onProgress: (done: number, total: number) => void,
): Promise<readonly PlannedRewrite[]> {
  const planned: PlannedRewrite[] = []
  for (const [i, rewrite] of rewrites.entries()) {
    onProgress(i, rewrites.length)
    try {
      const { plan, cost: after } = await whatIf.plan({ ...statement, sql: rewrite.sql })
      planned.push({ ...rewrite, planned: { before, after, explained: explainedOf(plan) } })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'cannot-plan') throw error
      planned.push({ ...rewrite, why: error.detail })
    }
  }
  return planned
}
