import type { Node } from 'libpg-query'
import { sqlOf } from '../deparse.ts'
import type { Predicate } from '../model.ts'
import { as, constantOf, lastName, typeNameOf, walk } from '../syntax.ts'

/** A condition on the bare column. */
export interface Moment {
  readonly sql: string
  /** Exactly the same for every value; otherwise infinity and out-of-range values differ. */
  readonly exact: boolean
}

const ISO_DAY = /^[12]\d{3}-\d{2}-\d{2}$/
const UNITS = new Set(['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'])
const STEP: Readonly<Record<string, string>> = { quarter: '3 months' }

/** Whether the other side depends on the row. */
export const hasColumns = (p: Predicate): boolean => p.columns.length > 1 || p.subqueries.length > 0

/** A date as SQL: a parameter, a text or something cast to date, today. Undefined where a cast would change what is compared. */
function asDay(node: Node | undefined): { sql: string; exact: boolean } | undefined {
  if (!node) return undefined
  const cast = as(node, 'TypeCast')
  if (cast && typeNameOf(cast.typeName) !== 'date') return undefined
  if (cast) return { sql: sqlOf(node), exact: ISO_DAY.test(constantOf(node) ?? '') }
  if (as(node, 'ParamRef')) return { sql: `${sqlOf(node)}::date`, exact: false }
  if (as(node, 'SQLValueFunction')?.op === 'SVFOP_CURRENT_DATE') return { sql: 'CURRENT_DATE', exact: true }
  const text = as(node, 'A_Const')?.sval?.sval
  return text === undefined ? undefined : { sql: `${sqlOf(node)}::date`, exact: ISO_DAY.test(text) }
}

/** date(column) compared with a day. */
export function dayOf(
  { operator, node }: Predicate,
  column: string,
  other: Node | undefined,
): Moment | undefined {
  if (operator === 'between') {
    const [low, high] = (as(as(node, 'A_Expr')?.rexpr, 'List')?.items ?? []).map(asDay)
    return (
      low &&
      high && {
        sql: `${column} >= ${low.sql} AND ${column} < ${high.sql} + 1`,
        exact: low.exact && high.exact,
      }
    )
  }
  const day = asDay(other)
  if (!day) return undefined
  const next = `${day.sql} + 1`
  const conditions: Readonly<Record<string, string>> = {
    '=': `${column} >= ${day.sql} AND ${column} < ${next}`,
    '>=': `${column} >= ${day.sql}`,
    '>': `${column} >= ${next}`,
    '<': `${column} < ${day.sql}`,
    '<=': `${column} < ${next}`,
  }
  const sql = conditions[operator]
  return sql === undefined ? undefined : { sql, exact: day.exact }
}

const usesColumn = (value: unknown): boolean => {
  let found = false
  walk(value, (node) => {
    if (as(node, 'ColumnRef')) found = true
    return found ? false : undefined
  })
  return found
}

/** date_trunc(unit, column) compared with a moment. */
export function truncated(
  operator: string,
  column: string,
  unit: string,
  other: Node | undefined,
): Moment | undefined {
  if (!UNITS.has(unit) || !other || usesColumn(other)) return undefined
  const call = as(other, 'FuncCall')
  // The beginning of the same unit on both sides: only whole units are compared.
  if (
    call &&
    lastName(call.funcname) === 'date_trunc' &&
    constantOf(call.args?.[0]) === unit &&
    (operator === '>=' || operator === '<')
  )
    return { sql: `${column} ${operator} ${sqlOf(other)}`, exact: true }
  if (operator !== '=') return undefined
  const text = constantOf(other)
  const cast = as(other, 'TypeCast')
  if (cast && !typeNameOf(cast.typeName).startsWith('timestamp')) return undefined
  const parameter = as(other, 'ParamRef') !== undefined
  if (!cast && !parameter && as(other, 'A_Const')?.sval === undefined) return undefined
  const at = cast ? sqlOf(other) : `${sqlOf(other)}::timestamp`
  const step = `interval '${STEP[unit] ?? `1 ${unit}`}'`
  const whole = unit === 'day' && ISO_DAY.test(text ?? '')
  const check = whole ? '' : ` AND date_trunc('${unit}', ${at}) = ${at}`
  return {
    sql: `${column} >= ${at} AND ${column} < ${at} + ${step}${check}`,
    exact: /^[12]\d{3}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$/.test(text ?? ''),
  }
}

/** extract(year from column) = a year. */
export function yearOf(column: string, other: Node | undefined): Moment | undefined {
  const text = as(other, 'A_Const')?.ival === undefined ? undefined : constantOf(other)
  const year = Number(text)
  if (text !== undefined && text !== null)
    return year >= 1000 && year < 9999
      ? { sql: `${column} >= '${year}-01-01'::date AND ${column} < '${year + 1}-01-01'::date`, exact: true }
      : undefined
  const parameter = as(other, 'ParamRef')
  if (!parameter) return undefined
  const n = `$${parameter.number ?? 0}::int`
  return { sql: `${column} >= make_date(${n}, 1, 1) AND ${column} < make_date(${n} + 1, 1, 1)`, exact: false }
}
