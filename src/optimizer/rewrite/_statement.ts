import type { Node } from 'libpg-query'
import { quoteIdentifier } from '../../core/identifier.ts'
import type { Predicate, Scope, StatementModel } from '../model.ts'
import { parseExpression } from '../parse.ts'
import type { Tokens } from '../splice.ts'
import { as, firstLocation } from '../syntax.ts'

/** What ends a condition, or a clause that it is in. */
export const CONDITION_STOPS =
  'and or where group having window union intersect except order limit offset fetch for returning on join inner left right full cross natural , when then else then ;'.split(
    ' ',
  )
export const CLAUSE_STOPS = CONDITION_STOPS.filter((word) => word !== 'and' && word !== 'or')

/** An expression of our own making: it always parses. */
export function expression(sql: string): Node {
  const node = parseExpression(sql)
  if (!node) throw new Error(`not an expression: ${sql}`)
  return node
}

/** The conditions that AND joins. */
export function conjunctsOf(node: Node): Node[] {
  const bool = as(node, 'BoolExpr')
  return bool?.boolop === 'AND_EXPR' ? (bool.args ?? []).flatMap(conjunctsOf) : [node]
}

/** Conditions that must all hold. */
export function allOf(nodes: readonly Node[]): Node | undefined {
  const flat = nodes.flatMap(conjunctsOf)
  return flat.length <= 1 ? flat[0] : { BoolExpr: { boolop: 'AND_EXPR', args: flat } }
}

/** From the first to behind the last byte of a condition, as the tokens show; parentheses round it are left out. */
export function extent(
  tokens: Tokens,
  node: Node,
  stops: readonly string[] = CONDITION_STOPS,
): { from: number; to: number } {
  let from = firstLocation(node) ?? 0
  // NOT stands before what the tree places.
  if (as(node, 'BoolExpr')?.boolop === 'NOT_EXPR') from = as(node, 'BoolExpr')?.location ?? from
  return { from, to: tokens.endOf(from, stops) }
}

export const identifier = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : quoteIdentifier(name)

/** Of PostgreSQL 18; only words that a column or alias is likely to be called matter, quoting more is never wrong. */
const RESERVED = new Set(
  'all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently constraint create cross current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table tablesample then to trailing true union unique user using variadic verbose when where window with'.split(
    ' ',
  ),
)

/** Functions that give the same for the same arguments within a statement; others may not be moved without a look. */
const STEADY = new Set(
  'abs age any_value array_agg array_length avg bool_and bool_or btrim ceil char_length coalesce concat count cardinality date date_part date_trunc every extract floor format greatest json_agg json_build_object jsonb_agg jsonb_build_object jsonb_array_elements jsonb_array_length least left length lower ltrim make_date make_interval max min mod now nullif position power regexp_replace replace right round rtrim split_part sqrt string_agg substring substr sum timezone to_char to_date to_timestamp trim trunc unnest upper row_number rank dense_rank lag lead first_value last_value generate_series like_escape similar_to_escape'.split(
    /\s+/,
  ),
)

/** A function that may give another result each time it is called. */
export const unsteady = ({ calls }: StatementModel): string | undefined =>
  calls.find((c) => !STEADY.has(c.name))?.name

/** The claim that holds unless the statement calls what can't be looked into. */
export function claim(
  model: StatementModel,
  same: boolean,
  because: string,
): { same: boolean; because: string } {
  const odd = unsteady(model)
  if (!same || odd === undefined) return { same, because }
  return { same: false, because: `${because}; but ${odd}() may give another result each time it is called` }
}

/** A SELECT whose rows are just those of FROM and WHERE. */
export const isPlain = (scope: Scope): boolean =>
  scope.select !== undefined &&
  !scope.setOperation &&
  !scope.select.valuesLists &&
  !scope.hasAggregates &&
  !scope.hasWindows &&
  !scope.locking &&
  scope.groupBy.length === 0 &&
  scope.limit === undefined &&
  scope.offset === undefined &&
  scope.distinct !== 'on' &&
  !scope.select.havingClause &&
  !scope.select.withClause

/** Whether a column can't be NULL where it is used. */
export const neverNull = (p: Predicate['subject'] | undefined): boolean =>
  p !== undefined &&
  p.expression === undefined &&
  p.column.facts?.notNull === true &&
  p.column.table?.nullable === false
