/**
 * N+1: a list is read, and then each of its rows asks for one more by a statement of its own. Told from differences of counters: the child
 * runs once for each row that the parent returns, and it looks something up by what the parent returns.
 */

import { AppError } from '../core/errors.ts'
import { buildModel } from './build-model.ts'
import type { Scope, StatementModel } from './model.ts'
import { parseStatement } from './parse.ts'

/** A statement's figures between two samples, as the derived table statement-rates has them. */
export interface StatementFigures {
  readonly query_id: string
  readonly user_id: number
  readonly database_id: number
  /** false: inside a function. */
  readonly toplevel: string
  readonly query: string | null
  readonly calls: number
  /** Per second. */
  readonly calls_rate: number
  readonly rows_per_call: number
  /** Seconds in the window. */
  readonly total: number
}

export interface RepeatedLookup<S extends StatementFigures> {
  readonly parent: S
  readonly child: S
  /** Executions of the child for each of the parent. */
  readonly ratio: number
  /** Table and column that the child looks up by. */
  readonly table: string
  readonly column: string
  readonly confidence: 'high' | 'medium'
}

/** The child runs this near to once for each row of the parent: samples cut requests in two. */
const NEAR = 0.1
/** With a parent that returns `*`, whose columns are not known. */
const NEARER = 0.05
/** Rows of the parent that make it a list. */
const LIST = 2
/** Rows of the child: one, now and then none. */
const SINGLE = 1.05

interface Lookup {
  readonly table: string
  readonly column: string
}

/** What a statement looks one row up by: `SELECT … FROM table WHERE column = $n`, one table. */
function lookupOf({ root, parsed }: StatementModel): Lookup | undefined {
  const [table] = root.tables
  if (parsed.kind !== 'select' || root.tables.length !== 1 || table?.kind !== 'table' || root.setOperation)
    return undefined
  const [key] = root.predicates.filter(
    (p) => p.kind === 'equality' && !p.negated && p.operand?.kind === 'parameter' && !p.subject?.expression,
  )
  return key?.subject && table.name ? { table: table.name, column: key.subject.column.name } : undefined
}

const singular = (table: string): string => table.replace(/ies$/, 'y').replace(/(?<!s)s$/, '')

/** Whether what a list returns is what the lookup asks by: client_id for clients.id, clients.id for client_id, or the same name. */
function isFed(list: Scope, { table, column }: Lookup): 'by name' | 'maybe' | undefined {
  const names = list.outputs.flatMap((o) => o.name ?? [])
  const keys = new Set([column, `${singular(table)}_${column}`, `${table}_${column}`])
  // `id` of another table than that which is looked up says nothing.
  const own = list.tables.some((t) => t.name === table)
  if (names.some((name) => keys.has(name) && (name !== 'id' || own))) return 'by name'
  if (names.includes('id') && list.tables.some((t) => t.name && column === `${singular(t.name)}_id`))
    return 'by name'
  return list.outputs.some((o) => o.star) ? 'maybe' : undefined
}

/**
 * The children, each with its likeliest parent: those that run most often first. `leastCalls` in the window, and `leastRatio`, below which
 * it is no matter. Needs `loadParser`. Pure.
 */
export function repeatedLookups<S extends StatementFigures>(
  statements: readonly S[],
  { leastCalls, leastRatio }: { readonly leastCalls: number; readonly leastRatio: number },
): readonly RepeatedLookup<S>[] {
  const children = statements.filter((s) => s.query && s.calls >= leastCalls && s.rows_per_call <= SINGLE)
  const parents = statements.filter((s) => s.query && s.rows_per_call >= LIST)
  return children
    .flatMap((child) => {
      const near = parents.filter(
        (p) =>
          p.user_id === child.user_id &&
          p.database_id === child.database_id &&
          p.toplevel === child.toplevel &&
          missBy(p, child) <= NEAR &&
          child.calls / p.calls >= leastRatio,
      )
      if (near.length === 0) return []
      const lookup = read(child, lookupOf)
      if (!lookup) return []
      const [best] = near
        .flatMap((parent) => {
          const fed = read(parent, ({ root, parsed }) =>
            parsed.kind === 'select' ? isFed(root, lookup) : undefined,
          )
          return fed === undefined || (fed === 'maybe' && missBy(parent, child) > NEARER)
            ? []
            : [{ parent, fed }]
        })
        .sort((a, b) => missBy(a.parent, child) - missBy(b.parent, child))
      if (!best) return []
      const confidence = best.fed === 'by name' ? ('high' as const) : ('medium' as const)
      return [{ parent: best.parent, child, ratio: child.calls / best.parent.calls, ...lookup, confidence }]
    })
    .sort((a, b) => b.child.calls - a.child.calls)
}

/** How far the child's executions are from the rows that the parent returned, as a share. */
const missBy = (parent: StatementFigures, child: StatementFigures): number =>
  Math.abs(child.calls / (parent.calls * parent.rows_per_call) - 1)

/** Reads the statement's model; undefined for a text that can't be read, such as one that is cut off. */
function read<T>(s: StatementFigures, look: (model: StatementModel) => T | undefined): T | undefined {
  try {
    return look(buildModel(parseStatement(s.query ?? '')))
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}
