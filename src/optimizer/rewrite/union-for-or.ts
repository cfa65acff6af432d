import type { Node } from 'libpg-query'
import { sqlOf } from '../deparse.ts'
import { selectOf } from '../parse.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { tokensIn } from '../splice.ts'
import { as } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { allOf, CLAUSE_STOPS, claim, expression, extent, isPlain } from './_statement.ts'

/** Arms above which the text gets longer than it is worth. */
const MOST = 4

function union(left: Node, right: Node): Node {
  const [larg, rarg] = [as(left, 'SelectStmt'), as(right, 'SelectStmt')]
  return {
    SelectStmt: { ...selectOf('SELECT 1 UNION ALL SELECT 2'), ...(larg && { larg }), ...(rarg && { rarg }) },
  }
}

export default defineRewrite({
  name: 'union-for-or',
  title: 'UNION ALL in place of OR across columns',
  doc: 'Each side gets the index that suits it. The later sides leave out what an earlier one has found, so no row comes twice.',
  *rewrite(model) {
    const { parsed, root } = model
    const { select } = root
    if (!select || !isPlain(root) || root.orderBy.length > 0 || root.distinct !== 'no' || !select.whereClause)
      return
    for (const p of root.predicates) {
      const bool = as(p.node, 'BoolExpr')
      const args = bool?.args ?? []
      if (p.kind !== 'or' || p.clause !== 'where' || bool?.boolop !== 'OR_EXPR' || args.length > MOST)
        continue
      const keys = p.arms.map(
        (arm) =>
          new Set(
            arm.flatMap((x) => (x.subject ? [`${x.subject.column.table?.id} ${x.subject.column.name}`] : [])),
          ),
      )
      // Worth it only where each side can be found by a column of its own.
      if (
        keys.some((k) => k.size === 0) ||
        [...(keys[0] ?? [])].some((k) => keys.every((other) => other.has(k)))
      )
        continue
      const conditions = args.map(
        (arm, i) =>
          allOf([
            arm,
            ...args.slice(0, i).map((earlier) => expression(`(${sqlOf(earlier)}) IS NOT TRUE`)),
          ]) as Node,
      )
      const outer = as(select.whereClause, 'BoolExpr')
      // As the parser does: an AND in the place of the OR joins the AND round it.
      const sides = conditions.map((condition) => {
        const inner = as(condition, 'BoolExpr')
        const change: unknown =
          outer?.boolop === 'AND_EXPR' && inner?.boolop === 'AND_EXPR' ? inner.args : condition
        return replaceIn<Node>({ SelectStmt: select }, new Map<object, unknown>([[p.node, change]]))
      })
      const tree = sides.reduce((left, right) => union(left, right))
      const place = extent(tokensIn(parsed.source), p.node, CLAUSE_STOPS)
      const written = (arm: Node, i: number): string => {
        const found = args.slice(0, i).map((earlier) => `(${sqlOf(earlier)}) IS NOT TRUE`)
        const condition = [sqlOf(arm), ...found].join(' AND ')
        return `${parsed.source.slice(0, place.from)}${condition}${parsed.source.slice(place.to)}`
      }
      yield {
        location: p.location,
        tree,
        edits: [{ from: 0, to: parsed.source.bytes, text: args.map(written).join('\nUNION ALL\n') }],
        ...claim(model, true, 'Each row comes from the first side that it fits, and from no other'),
      }
    }
  },
})
