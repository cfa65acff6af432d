import type { Node } from 'libpg-query'
import type { Builder } from './draft.ts'
import type { ColumnUse, Operand, Subject } from './model.ts'
import { as, constantOf, lastName, typeNameOf, walk } from './syntax.ts'

/** The columns in an expression that has been looked through, without those of its subqueries. */
export function columnsIn(b: Builder, node: unknown): ColumnUse[] {
  const found: ColumnUse[] = []
  walk(node, (inner) => {
    const column = as(inner, 'ColumnRef')
    const known = column && b.columns.get(column)
    if (known) found.push(known)
    return as(inner, 'SubLink') ? false : undefined
  })
  return found
}

export const hasSublink = (node: unknown): boolean => {
  let found = false
  walk(node, (inner) => {
    if (as(inner, 'SubLink')) found = true
    return found ? false : undefined
  })
  return found
}

/** The side of a comparison that an index could be on: a column, or an expression over exactly one. */
export function subjectOf(b: Builder, node: Node | undefined): Subject | undefined {
  const bare = as(node, 'ColumnRef')
  const column = bare && b.columns.get(bare)
  if (column) return column.name === '*' ? undefined : { column, expression: undefined }
  if (!node || as(node, 'RowExpr') || as(node, 'List') || hasSublink(node)) return undefined
  const columns = columnsIn(b, node)
  const [first] = columns
  if (!first || columns.some((c) => c.name !== first.name || c.table !== first.table)) return undefined
  return { column: first, expression: { node, ...expressionOf(node) } }
}

function expressionOf(node: Node): { kind: 'function' | 'cast' | 'operator' | 'other'; name: string } {
  const call = as(node, 'FuncCall')
  if (call) return { kind: 'function', name: lastName(call.funcname) }
  const cast = as(node, 'TypeCast')
  if (cast) return { kind: 'cast', name: typeNameOf(cast.typeName) }
  const operator = as(node, 'A_Expr')
  if (operator) return { kind: 'operator', name: lastName(operator.name) }
  if (as(node, 'CoalesceExpr')) return { kind: 'function', name: 'coalesce' }
  return { kind: 'other', name: Object.keys(node)[0] ?? '' }
}

/** What a subject is compared with. */
export function operandOf(b: Builder, node: Node | undefined): Operand | undefined {
  if (!node) return undefined
  const cast = as(node, 'TypeCast')
  const type = cast && typeNameOf(cast.typeName)
  const parameter = as(cast ? cast.arg : node, 'ParamRef')
  if (parameter) return { kind: 'parameter', number: parameter.number ?? 0, cast: type }
  const value = constantOf(node)
  if (value !== undefined) return { kind: 'constant', value, cast: type }
  const column = as(node, 'ColumnRef')
  const known = column && b.columns.get(column)
  if (known) return { kind: 'column', column: known }
  const items = as(node, 'List')?.items ?? as(cast ? cast.arg : node, 'A_ArrayExpr')?.elements
  if (items) return { kind: 'list', items: items.flatMap((item) => operandOf(b, item) ?? []) }
  const link = as(node, 'SubLink')
  const scope = link && b.sublinks.get(link)
  if (scope) return { kind: 'subquery', scope }
  return { kind: 'expression', node, columns: columnsIn(b, node) }
}

/** What begins a pattern: of LIKE, and of a regular expression anchored with ^. */
export function patternOf(
  node: Node | undefined,
  regular: boolean,
): 'prefix' | 'leading-wildcard' | 'exact' | 'unknown' {
  const text = constantOf(node)
  if (typeof text === 'string') {
    if (regular) return /^\^[\w ]/.test(text) ? 'prefix' : 'leading-wildcard'
    if (/^[%_]/.test(text)) return 'leading-wildcard'
    return /(?<!\\)[%_]/.test(text) ? 'prefix' : 'exact'
  }
  // '%' || $1, $1 || '%', concat('%', $1)
  const joined = as(node, 'A_Expr')
  if (joined && lastName(joined.name) === '||') {
    const left = patternOf(joined.lexpr, regular)
    if (left === 'exact') return constantOf(joined.lexpr) === '' ? patternOf(joined.rexpr, regular) : 'prefix'
    return left
  }
  const call = as(node, 'FuncCall')
  if (call && lastName(call.funcname) === 'concat') return patternOf(call.args?.[0], regular)
  const cast = as(node, 'TypeCast')
  return cast ? patternOf(cast.arg, regular) : 'unknown'
}
