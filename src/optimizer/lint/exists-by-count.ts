import { defineLintRule } from '../lint-rule.ts'
import type { Predicate } from '../model.ts'
import { as, constantOf, lastName } from '../syntax.ts'
import { conditionsOf } from './_conditions.ts'

/** Whether a comparison asks only for one or none: count > 0, count >= 1, count = 0, 0 < count, … */
export function asksExistence(
  node: Predicate['node'],
): { readonly exists: boolean; readonly link: NonNullable<ReturnType<typeof countLink>> } | undefined {
  const expression = as(node, 'A_Expr')
  if (expression?.kind !== 'AEXPR_OP') return undefined
  const left = countLink(expression.lexpr)
  const link = left ?? countLink(expression.rexpr)
  if (!link) return undefined
  const value = constantOf(left ? expression.rexpr : expression.lexpr)
  const operator = lastName(expression.name)
  const flipped = left ? operator : ({ '<': '>', '<=': '>=', '>': '<', '>=': '<=' }[operator] ?? operator)
  const asked = `${flipped} ${value}`
  if (['> 0', '>= 1', '<> 0', '!= 0'].includes(asked)) return { exists: true, link }
  if (['= 0', '< 1', '<= 0'].includes(asked)) return { exists: false, link }
  return undefined
}

/** The SubLink of (SELECT count(*) FROM … WHERE …), nothing else in it. */
function countLink(node: Parameters<typeof as>[0]) {
  const link = as(node, 'SubLink')
  if (link?.subLinkType !== 'EXPR_SUBLINK') return undefined
  const select = as(link.subselect, 'SelectStmt')
  const call = as(as(select?.targetList?.[0], 'ResTarget')?.val, 'FuncCall')
  const plain =
    select &&
    !select.groupClause &&
    !select.havingClause &&
    !select.limitCount &&
    !select.limitOffset &&
    !select.withClause
  const counts =
    call && lastName(call.funcname) === 'count' && call.agg_star && !call.agg_filter && !call.over
  return plain && counts && select.fromClause && select.targetList?.length === 1 ? link : undefined
}

export default defineLintRule({
  name: 'exists-by-count',
  title: 'Counting to see whether there is any',
  severity: 'warning',
  doc: 'All matches are counted though the first one answers the question; and it can not become a semi-join.',
  example: {
    before: 'WHERE (SELECT count(*) FROM orders o WHERE o.user_id = u.id) > 0',
    after: 'WHERE EXISTS (SELECT FROM orders o WHERE o.user_id = u.id)',
  },
  *check(model) {
    for (const { predicate } of conditionsOf(model)) {
      const asked = asksExistence(predicate.node)
      if (asked)
        yield {
          location: predicate.location,
          message: `All matches are counted to see whether there ${asked.exists ? 'is any' : 'is none'}`,
        }
    }
  },
})
