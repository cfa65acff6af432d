/** Statements of the workload ready to be planned: with constants, their weights, and what they cost now. */
import { AppError } from '../core/errors.ts'
import { buildModel } from './build-model.ts'
import { fitWeights } from './fit.ts'
import type { StatementModel } from './model.ts'
import { plannableText } from './plannable.ts'
import type { PlannedStatement, PlanResult, WhatIf } from './planner.ts'
import { cautious, type Scenario, scenariosOf, undecided } from './scenarios.ts'
import type { TableFacts } from './schema.ts'
import { createLeftOut, type LeftOut, type WorkloadStatement } from './workload.ts'

export interface WeightedScenario {
  readonly scenario: Scenario
  /** All of a query's together are 1. */
  readonly weight: number
  readonly planned: PlannedStatement
  /** Without any index that isn't there yet. */
  readonly base: PlanResult
}

export interface Query {
  readonly statement: WorkloadStatement
  readonly model: StatementModel
  readonly tables: readonly TableFacts[]
  readonly scenarios: readonly WeightedScenario[]
  /** Whether some plan is one for any value of a parameter that it hangs on. */
  readonly generic: boolean
  /** The mean of the scenarios' costs by weight, in planner units. */
  readonly cost: number
}

/** The workload ready to be planned. */
export interface PreparedWorkload {
  readonly queries: readonly Query[]
  /** Every statement that was understood, those that only write among them. */
  readonly modelled: readonly { readonly statement: WorkloadStatement; readonly model: StatementModel }[]
  readonly leftOut: readonly LeftOut[]
}

export interface PrepareOptions {
  readonly tables: readonly TableFacts[]
  readonly searchPath?: readonly string[]
  readonly onProgress?: (done: number, total: number) => void
}

/** Models and plans each statement; those without a table or a plan are left out with the reason. */
export async function prepareQueries(
  statements: readonly WorkloadStatement[],
  whatIf: WhatIf,
  options: PrepareOptions,
): Promise<PreparedWorkload> {
  const leftOut = createLeftOut()
  const queries: Query[] = []
  const { tables, searchPath } = options
  const modelled = statements.map((statement) => ({
    statement,
    model: buildModel(statement.parsed, { tables, ...(searchPath ? { searchPath } : {}) }),
  }))
  for (const [i, { statement, model }] of modelled.entries()) {
    options.onProgress?.(i, statements.length)
    const query = await prepare(statement, model, whatIf)
    if (typeof query === 'string') leftOut.add(query, statement.seconds)
    else queries.push(query)
  }
  options.onProgress?.(statements.length, statements.length)
  return { queries, modelled, leftOut: leftOut.list() }
}

async function prepare(
  statement: WorkloadStatement,
  model: StatementModel,
  whatIf: WhatIf,
): Promise<Query | string> {
  const inserted = new Set(model.writes.filter((w) => w.kind === 'insert').map((w) => w.table.id))
  const read = model.scopes.flatMap((s) =>
    s.tables.flatMap((t) => (t.facts && !inserted.has(t.id) ? [t.facts] : [])),
  )
  if (read.length === 0) return 'reads no table that is known'
  const own = [...new Set(read)]
  const isGuarded = own.some((t) => t.rowSecurity)
  const text = plannableText(statement.parsed)
  const plannedWith = (values: Scenario['values']): PlannedStatement => ({
    sql: text,
    ...(values ? { values } : {}),
    ...(isGuarded && statement.role !== undefined ? { role: statement.role } : {}),
  })
  const plans: { scenario: Scenario; planned: PlannedStatement; base: PlanResult }[] = []
  let problem = ''
  const constants = scenariosOf(model, statement)
  const fallbacks = constants
    .slice(0, 1)
    .flatMap((first): Scenario[] => [cautious(model, first), { frequency: 'typical', values: undefined }])
  for (const scenario of [...constants, ...fallbacks]) {
    // With less known only where no constants could be planned with.
    if (fallbacks.includes(scenario) && plans.length > 0) continue
    const planned = plannedWith(scenario.values)
    try {
      plans.push({ scenario, planned, base: await whatIf.plan(planned) })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'cannot-plan') throw error
      problem = error.detail
    }
  }
  if (plans.length === 0) return `can not be planned: ${problem}`
  const calls = Math.max(1, statement.calls)
  // What read a table and asked for no block was not seen.
  const observed =
    statement.blocks > 0 ? { rows: statement.rows / calls, blocks: statement.blocks / calls } : undefined
  const weights = fitWeights(
    plans.map((p) => ({ plan: p.base.plan, frequency: p.scenario.frequency })),
    observed,
    own,
  )
  const scenarios = plans.map((p, i) => ({ ...p, weight: weights[i] as number }))
  return {
    ...{ statement, model, scenarios, tables: own },
    generic: plans.some((p) => undecided(model, p.scenario.values).length > 0),
    cost: scenarios.reduce((sum, s) => sum + s.weight * s.base.cost, 0),
  }
}
