/** The plan that EXPLAIN (FORMAT JSON) gives, PostgreSQL 14 to 18, with or without ANALYZE and BUFFERS. */
import { AppError } from '../core/errors.ts'

const NUMBERS = [
  ...(['Startup Cost', 'Total Cost', 'Plan Rows', 'Plan Width'] as const),
  ...(['Actual Startup Time', 'Actual Total Time', 'Actual Rows', 'Actual Loops'] as const),
  ...(['Rows Removed by Filter', 'Rows Removed by Join Filter', 'Rows Removed by Index Recheck'] as const),
  ...([
    'Heap Fetches',
    'Exact Heap Blocks',
    'Lossy Heap Blocks',
    'Workers Planned',
    'Workers Launched',
  ] as const),
  ...([
    'Sort Space Used',
    'Hash Buckets',
    'Hash Batches',
    'Original Hash Batches',
    'Peak Memory Usage',
  ] as const),
  ...(['Planned Partitions', 'HashAgg Batches', 'Disk Usage', 'Subplans Removed', 'Index Searches'] as const),
  ...(['Cache Hits', 'Cache Misses', 'Cache Evictions', 'Cache Overflows'] as const),
  ...(['Shared Hit Blocks', 'Shared Read Blocks', 'Shared Dirtied Blocks', 'Shared Written Blocks'] as const),
  ...(['Local Hit Blocks', 'Local Read Blocks', 'Temp Read Blocks', 'Temp Written Blocks'] as const),
] as const
const TEXTS = [
  ...(['Parent Relationship', 'Subplan Name', 'Join Type', 'Strategy', 'Partial Mode', 'Operation'] as const),
  ...([
    'Relation Name',
    'Schema',
    'Alias',
    'Index Name',
    'Scan Direction',
    'CTE Name',
    'Function Name',
  ] as const),
  ...([
    'Filter',
    'Index Cond',
    'Recheck Cond',
    'Join Filter',
    'Hash Cond',
    'Merge Cond',
    'One-Time Filter',
  ] as const),
  ...(['Sort Method', 'Sort Space Type', 'TID Cond', 'Order By', 'Run Condition', 'Cache Key'] as const),
] as const
const FLAGS = ['Parallel Aware', 'Async Capable', 'Inner Unique', 'Single Copy', 'Disabled'] as const
const LISTS = ['Sort Key', 'Presorted Key', 'Group Key', 'Output'] as const

type Fields<N extends readonly string[], T> = { readonly [K in N[number]]?: T }

/** One node, with EXPLAIN's own names. Costs are in planner units, times in ms per loop, rows per loop, sort space in kB. */
export interface PlanNode
  extends Fields<typeof NUMBERS, number>,
    Fields<typeof TEXTS, string>,
    Fields<typeof FLAGS, boolean>,
    Fields<typeof LISTS, readonly string[]> {
  readonly 'Node Type': string
  readonly Plans?: readonly PlanNode[]
}

export interface JitFacts {
  readonly functions: number
  /** ms */
  readonly total: number
}

/** The whole of an EXPLAIN. */
export interface Explained {
  readonly plan: PlanNode
  /** Whether it was executed. */
  readonly analyzed: boolean
  /** ms */
  readonly planning?: number
  readonly execution?: number
  readonly jit?: JitFacts
}

type Json = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)

type Check = readonly [isRight: (value: unknown) => boolean, what: string]
const checksOf = (names: readonly string[], ...check: Check) => names.map((name) => [name, check] as const)
const CHECKS: ReadonlyMap<string, Check> = new Map([
  ...checksOf(NUMBERS, isNumber, 'a number'),
  ...checksOf(TEXTS, (v) => typeof v === 'string', 'a text'),
  ...checksOf(FLAGS, (v) => typeof v === 'boolean', 'true or false'),
  ...checksOf(LISTS, (v) => Array.isArray(v) && v.every((i) => typeof i === 'string'), 'a list of texts'),
])

/** Deeper than any real plan: what is given may come from anywhere. */
const DEEPEST = 500

function node(value: unknown, path: string, depth: number): PlanNode {
  if (!isObject(value)) throw new AppError('bad-plan', `${path} is not an object`)
  if (depth > DEEPEST) throw new AppError('bad-plan', `${path} is nested more than ${DEEPEST} deep`)
  if (typeof value['Node Type'] !== 'string') throw new AppError('bad-plan', `${path} has no "Node Type"`)
  for (const [key, item] of Object.entries(value)) {
    const check = CHECKS.get(key)
    if (check && !check[0](item)) throw new AppError('bad-plan', `"${key}" of ${path} is not ${check[1]}`)
  }
  const { Plans: children, ...own } = value
  if (children === undefined) return own as unknown as PlanNode
  if (!Array.isArray(children)) throw new AppError('bad-plan', `"Plans" of ${path} is not a list`)
  return {
    ...(own as unknown as PlanNode),
    Plans: children.map((child, i) => node(child, `${path}.Plans[${i}]`, depth + 1)),
  }
}

/** Reads the JSON of EXPLAIN: its list of one, that one, or a bare plan. Throws AppError `bad-plan` with the place. */
export function parsePlan(json: unknown): Explained {
  const only = Array.isArray(json) ? json[0] : json
  if (!isObject(only)) throw new AppError('bad-plan', 'it is not an object')
  const whole: Json = 'Plan' in only ? only : { Plan: only }
  const plan = node(whole.Plan, 'Plan', 0)
  const jit = isObject(whole.JIT) ? whole.JIT : undefined
  const timing = jit && isObject(jit.Timing) ? jit.Timing.Total : undefined
  return {
    plan,
    analyzed: plan['Actual Loops'] !== undefined,
    ...(isNumber(whole['Planning Time']) && { planning: whole['Planning Time'] }),
    ...(isNumber(whole['Execution Time']) && { execution: whole['Execution Time'] }),
    ...(jit &&
      isNumber(jit.Functions) && { jit: { functions: jit.Functions, total: isNumber(timing) ? timing : 0 } }),
  }
}

/** A node with where it is. */
export interface PlacedNode {
  readonly node: PlanNode
  readonly parent: PlanNode | undefined
  /** The way from the root: which child at each step. */
  readonly path: readonly number[]
}

/** All nodes of a plan, outermost first. */
export function* nodesOf(
  node: PlanNode,
  parent?: PlanNode,
  path: readonly number[] = [],
): Generator<PlacedNode> {
  yield { node, parent, path }
  for (const [i, child] of (node.Plans ?? []).entries()) yield* nodesOf(child, node, [...path, i])
}

/** A node as people name it: `Seq Scan on orders o`. */
export function nodeLabel(node: PlanNode): string {
  const on = node['Relation Name'] ?? node['CTE Name'] ?? node['Function Name']
  const alias = on !== undefined && node.Alias !== on ? ` ${node.Alias ?? ''}`.trimEnd() : ''
  const by = node['Index Name'] === undefined ? '' : ` using ${node['Index Name']}`
  return `${node['Node Type']}${by}${on === undefined ? '' : ` on ${on}${alias}`}`
}

/** Rows that all executions of a node gave together; undefined where it was not executed. */
export const actualRows = (node: PlanNode): number | undefined =>
  node['Actual Rows'] === undefined ? undefined : node['Actual Rows'] * (node['Actual Loops'] ?? 1)

/** ms of all executions of a node with what is below it; of parallel workers the time of one. */
export const actualTime = (node: PlanNode): number | undefined =>
  node['Actual Total Time'] === undefined
    ? undefined
    : node['Actual Total Time'] * (node['Actual Loops'] ?? 1)
