/** One statement and its rewrites, planned: over any planner that answers what-if questions. */
import { AppError } from '../core/errors.ts'
import { parseStatement } from './parse.ts'
import { plannableText } from './plannable.ts'
import type { PlannedStatement, WhatIf } from './planner.ts'
import { prepareQueries } from './queries.ts'
import type { PlannedPart, PlannedRewrite } from './report.ts'
import type { Rewritten } from './rewrite.ts'
import { undecided } from './scenarios.ts'
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
 * Plans a statement as the role that ran it, with the constants that are most like what ran: those that the advisor gives most weight. It is a
 * generic plan in the parameters that nothing is known of. Throws AppError `cannot-plan`.
 */
export async function planStatement(
  whatIf: WhatIf,
  statement: WorkloadStatement,
  schema: SchemaFacts,
  settings: Readonly<Record<string, string>> = {},
): Promise<StatementPlan> {
  const { parsed, role } = statement
  const { queries, modelled } = await prepareQueries([statement], whatIf, {
    tables: schema.tables,
    searchPath: searchPathOf(schema),
  })
  const [likeliest] = (queries[0]?.scenarios ?? []).toSorted((a, b) => b.weight - a.weight)
  const values = likeliest?.planned.values
  const as: PlannedStatement = {
    sql: plannableText(parsed),
    settings,
    ...(values ? { values } : {}),
    ...(role === undefined ? {} : { role }),
  }
  const { plan, cost } = await whatIf.plan(as)
  const open = modelled.flatMap(({ model }) => undecided(model, values))
  return {
    ...{ statement: as, cost },
    part: {
      ...{ explained: explainedOf(plan), generic: open.length > 0, by: 'shadow' },
      ...(role === undefined ? {} : { role }),
      ...(values ? { values } : {}),
      notes: [
        ...(open.length > 0
          ? [`Planned for any values of ${namesOf(open, values)}; a given value may get another plan`]
          : []),
        ...(values ? ['Planned with constants that the statistics of the columns make likely'] : []),
      ],
    },
  }
}

/** Those of which nothing is known, by name where something is of others. */
const namesOf = (open: readonly number[], values: PlannedStatement['values']): string =>
  values ? `${open.map((n) => `$${n}`).join(', ')}, of which nothing is known` : 'its parameters'

/** Where a rewrite's parameters stand for something else: planned with other values, its cost would compare with nothing. */
const OTHER_VALUES = 'its parameters stand for something else than those that the statement was planned with'

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
    if (rewrite.otherParameters && statement.values) {
      planned.push({ ...rewrite, why: OTHER_VALUES })
      continue
    }
    try {
      const { plan, cost: after } = await whatIf.plan({
        ...statement,
        sql: plannableText(parseStatement(rewrite.sql)),
      })
      planned.push({ ...rewrite, planned: { before, after, explained: explainedOf(plan) } })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'cannot-plan') throw error
      planned.push({ ...rewrite, why: error.detail })
    }
  }
  return planned
}
