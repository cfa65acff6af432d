import { AppError } from '../core/errors.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import type { PlanNode } from '../optimizer/plan-node.ts'
import type { PlannedStatement } from '../optimizer/planner.ts'
import type { BulkSession } from '../postgres/bulk-session.ts'
import { sqlstateOf } from '../postgres/outcome-of.ts'
import type { RoleNames } from './build/roles.ts'
import type { SessionSettings } from './session-settings.ts'
import { asText, substitute } from './substitute.ts'

/** A stable function of the watched database may run while a statement is planned; on virtual tables it could read for hours. */
const TIMEOUT = '5000'
/** SQLSTATE of a parameter whose place tells no type. */
const INDETERMINATE = '42P18'

/** Asks the planner, as a role and with its settings. */
export interface PlannerSession {
  /** EXPLAIN's JSON. Throws AppError `cannot-plan`. */
  explain(statement: PlannedStatement): Promise<PlanNode>
  end(): Promise<void>
}

export function plannerSession(
  session: BulkSession,
  major: number,
  settings: SessionSettings,
  roles: RoleNames,
): PlannerSession {
  let current: string | undefined
  let broken: ReadonlySet<string> = new Set()

  const settle = async ({ role, settings: own = {} }: PlannedStatement) => {
    const key = JSON.stringify([role ?? null, own])
    if (key === current) return
    current = undefined
    if (role !== undefined && !roles.has(role))
      throw new AppError('cannot-plan', `the role ${role} was not collected`)
    await session.query('RESET ROLE')
    await session.query('RESET ALL')
    const wanted = { ...settings.of(role), ...own, statement_timeout: TIMEOUT, lock_timeout: '0' }
    broken = await setAll(session, wanted, broken)
    if (role !== undefined) await session.query(`SET ROLE ${quoteIdentifier(roles.get(role) as string)}`)
    current = key
  }

  return {
    async explain(statement) {
      try {
        await settle(statement)
        const { sql, parameters } = substitute(statement.sql, statement.values)
        if (parameters === 0) return planOf(await session.query(`EXPLAIN (FORMAT JSON) ${sql}`))
        return await generic(session, sql, parameters, major)
      } catch (error) {
        if (error instanceof AppError) throw error
        throw new AppError('cannot-plan', error instanceof Error ? error.message : String(error), {
          cause: error,
        })
      }
    },
    end: () => session.end(),
  }
}

/** Settings that this server doesn't take, such as a newer minor version's, are left out. */
async function setAll(
  session: BulkSession,
  wanted: Readonly<Record<string, string>>,
  broken: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const set = (entries: readonly (readonly [string, string])[]) =>
    session.query('SELECT set_config(key, value, false) FROM json_each_text($1)', [
      JSON.stringify(Object.fromEntries(entries)),
    ])
  const entries = Object.entries(wanted).filter(([name]) => !broken.has(name))
  try {
    await set(entries)
    return broken
  } catch {
    const refused = new Set(broken)
    for (const entry of entries) await set([entry]).catch(() => refused.add(entry[0]))
    return refused
  }
}

function planOf(rows: readonly Readonly<Record<string, string | null>>[]): PlanNode {
  const text = Object.values(rows[0] ?? {})[0]
  const [root] = JSON.parse(text ?? '[]') as { readonly Plan?: PlanNode }[]
  if (!root?.Plan) throw new AppError('cannot-plan', 'it has no plan: a utility statement')
  return root.Plan
}

/** A generic plan. */
async function generic(
  session: BulkSession,
  given: string,
  parameters: number,
  major: number,
): Promise<PlanNode> {
  const sql = await prepare(session, given, parameters)
  try {
    // By the simple protocol: the extended one wants values for the parameters and plans with them.
    if (major >= 16) return planOf(await session.script(`EXPLAIN (FORMAT JSON, GENERIC_PLAN) ${sql}`))
    return await forced(session, parameters)
  } finally {
    await session.query('DEALLOCATE pgtend_statement')
  }
}

/**
 * PREPARE, by the extended protocol, takes one statement only: what passed it may be put into a text. Resolves to the text that passed: `$n`
 * of no type, as in `$1 IS NULL` or jsonb_build_object($1, id), is text there, as a literal without a type would be.
 */
async function prepare(session: BulkSession, sql: string, tries: number): Promise<string> {
  try {
    await session.query(`PREPARE pgtend_statement AS ${sql}`)
    return sql
  } catch (error) {
    const [, untyped] = /\$(\d+)/.exec(error instanceof Error ? error.message : '') ?? []
    if (sqlstateOf(error) !== INDETERMINATE || untyped === undefined || tries === 0) throw error
    return prepare(session, asText(sql, Number(untyped)), tries - 1)
  }
}

/** Before 16: of the prepared statement, told to be generic. The values are never looked at. */
async function forced(session: BulkSession, parameters: number): Promise<PlanNode> {
  const nulls = Array.from({ length: parameters }, () => 'NULL').join(', ')
  const set = (name: string, value: string) =>
    session.query('SELECT set_config($1, $2, false)', [name, value])
  const ask = async () =>
    planOf(await session.query(`EXPLAIN (FORMAT JSON) EXECUTE pgtend_statement(${nulls})`))
  await set('plan_cache_mode', 'force_generic_plan')
  try {
    const plan = await ask()
    if (!pruned(plan)) return plan
    // Partitions that NULL would not be in are left out of the output, but not of the cost: planned again without pruning.
    await set('enable_partition_pruning', 'off')
    await session.query('DISCARD PLANS')
    const whole = await ask().finally(() => set('enable_partition_pruning', 'on'))
    return whole['Total Cost'] === plan['Total Cost'] ? whole : plan
  } finally {
    await set('plan_cache_mode', 'auto')
  }
}

const pruned = (node: PlanNode): boolean =>
  Number(node['Subplans Removed'] ?? 0) > 0 || (node.Plans ?? []).some(pruned)
