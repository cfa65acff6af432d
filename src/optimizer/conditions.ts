/** Takes a condition apart: its conjuncts, the joins in it, and what each parameter is compared with. */
import type { Node } from 'libpg-query'
import type { Builder, Draft } from './draft.ts'
import { lookThrough, noteParameter } from './expressions.ts'
import type { JoinEdge, Predicate, Scope } from './model.ts'
import { columnsIn } from './operands.ts'
import { classify, type Found } from './predicates.ts'
import { as, firstLocation, walk } from './syntax.ts'

type Where = Pick<Predicate, 'clause' | 'join'>

/** Adds the conjuncts of a condition to its scope, and the joins in it. */
export function addConditions(b: Builder, scope: Draft, condition: Node | undefined, where: Where): void {
  if (!condition) return
  const { subqueries } = lookThrough(b, scope, condition, where.clause)
  for (const predicate of conjuncts(b, condition, where, false, subqueries)) {
    scope.predicates.push(predicate)
    const edge = edgeOf(predicate)
    if (edge) scope.joins.push(edge)
  }
}

function edgeOf({
  kind,
  subject,
  operand,
  operator,
  clause,
  join,
  location,
}: Predicate): JoinEdge | undefined {
  if (kind !== 'equality' && kind !== 'range' && kind !== 'not-equal') return undefined
  if (!subject || subject.expression || operand?.kind !== 'column' || clause === 'having') return undefined
  const [left, right] = [subject.column, operand.column]
  return left.table === right.table ? undefined : { left, right, operator, clause, join, location }
}

/** ANDs taken apart; NOT is moved inwards as De Morgan says. */
function conjuncts(
  b: Builder,
  node: Node,
  where: Where,
  negated: boolean,
  subqueries: readonly Scope[],
): Predicate[] {
  const bool = as(node, 'BoolExpr')
  const inner = bool?.args ?? []
  if (bool?.boolop === 'NOT_EXPR' && inner[0]) return conjuncts(b, inner[0], where, !negated, subqueries)
  if (bool && (bool.boolop === 'AND_EXPR') !== negated)
    return inner.flatMap((arg) => conjuncts(b, arg, where, negated, subqueries))
  const found: Found = bool
    ? { kind: 'or', operator: 'or', arms: inner.map((arg) => conjuncts(b, arg, where, negated, subqueries)) }
    : classify(b, node)
  const own: Scope[] = []
  walk(node, (part) => {
    const link = as(part, 'SubLink')
    const scope = link && b.sublinks.get(link)
    if (scope) own.push(scope)
    return link ? false : undefined
  })
  const tests = own.flatMap((scope) => (scope.sublink?.test ? columnsIn(b, scope.sublink.test) : []))
  const predicate: Predicate = {
    ...{
      operator: '',
      subject: undefined,
      operand: undefined,
      upper: undefined,
      pattern: undefined,
      arms: [],
    },
    ...found,
    // An OR has taken the NOT in.
    negated: found.kind === 'or' ? false : (found.negated ?? false) !== negated,
    ...where,
    columns: [...columnsIn(b, node), ...tests, ...own.flatMap((scope) => scope.outerColumns)],
    subqueries: own,
    location: firstLocation(node) ?? 0,
    node,
  }
  noteComparisons(b, predicate)
  return [predicate]
}

/** Says of each parameter what it is compared with. */
function noteComparisons(b: Builder, { subject, operator, node, arms }: Predicate): void {
  if (!subject || arms.length > 0) return
  const direct = new Set<object>()
  const add = (part: Node | undefined): void => {
    const parameter = as(as(part, 'TypeCast')?.arg ?? part, 'ParamRef')
    if (parameter) direct.add(parameter)
    for (const item of as(part, 'List')?.items ?? as(part, 'A_ArrayExpr')?.elements ?? []) add(item)
  }
  const expression = as(node, 'A_Expr')
  add(expression?.lexpr)
  add(expression?.rexpr)
  for (const parameter of direct)
    noteParameter(b, parameter, { context: 'compared', column: subject.column, operator })
}
