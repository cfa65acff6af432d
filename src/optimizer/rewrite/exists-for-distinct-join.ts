import type { Node } from 'libpg-query'
import { multiplying } from '../lint/distinct-hides-join.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { as } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { isUnique } from '../uniqueness.ts'
import { allOf, claim, conjunctsOf, expression } from './_statement.ts'

export default defineRewrite({
  name: 'exists-for-distinct-join',
  title: 'EXISTS in place of a join that DISTINCT undoes',
  doc: 'EXISTS stops at the first match, so there are no repetitions to be removed.',
  *rewrite(model) {
    const { parsed, scopes } = model
    for (const scope of scopes) {
      const { select } = scope
      if (
        scope.distinct !== 'all' ||
        scope.hasAggregates ||
        scope.hasWindows ||
        scope.groupBy.length > 0 ||
        !select ||
        scope.locking
      )
        continue
      if (
        scope.tables.some((t) => t.nullable || t.lateral) ||
        scope.joins.some((j) => j.clause === 'using' || j.clause === 'natural')
      )
        continue
      for (const table of multiplying(scope)) {
        const from = without(select.fromClause ?? [], table.node)
        if (!from || scope.predicates.some((p) => p.clause === 'having')) continue
        const [about, rest] = [
          scope.predicates.filter((p) => p.columns.some((c) => c.table === table)),
          scope.predicates.filter((p) => !p.columns.some((c) => c.table === table)),
        ]
        // A NOT that the model has moved inwards is not in the tree as it says.
        const conditions = conditionsIn(select)
        if (scope.predicates.some((p) => !conditions.includes(p.node)) || about.length === 0) continue
        // Conditions in ON of joins that stay are not touched.
        const moved = new Set(about.map((p) => p.node))
        const kept = rest.filter((p) => p.clause === 'where' || from.dropped.has(p.node)).map((p) => p.node)
        if (about.some((p) => p.clause === 'on' && !from.dropped.has(p.node))) continue
        const template = expression('EXISTS (SELECT 1 FROM t WHERE true)')
        const inner = as(as(template, 'SubLink')?.subselect, 'SelectStmt')
        const condition = allOf([...moved])
        if (!inner?.fromClause?.[0] || !inner.whereClause || !condition) continue
        const exists = replaceIn(
          template,
          new Map<object, unknown>([
            [inner.fromClause[0], table.node],
            [inner.whereClause, condition],
          ]),
        )
        const where = allOf([...kept, exists])
        const left = scope.tables.filter((t) => t !== table)
        const names = scope.outputs.flatMap((o) =>
          o.column && !o.star && o.column.facts?.notNull ? [o.column.name] : [],
        )
        const alone = left.length === 1 && left[0] !== undefined && isUnique(left[0], names) === true
        const { distinctClause, ...plain } = select
        const changed: Node = {
          SelectStmt: {
            ...plain,
            ...(alone ? {} : { distinctClause: distinctClause ?? [] }),
            fromClause: from.items,
            ...(where && { whereClause: where }),
          },
        }
        yield {
          location: table.location,
          tree: replaceIn(parsed.node, new Map<object, unknown>([[select, as(changed, 'SelectStmt')]])),
          ...claim(
            model,
            true,
            alone
              ? 'The key is among the columns, so no row comes twice'
              : 'DISTINCT stays, and whether there is a match does not depend on how many there are',
          ),
        }
        break
      }
    }
  },
})

/** FROM without a table that stands alone or is the last one joined, with the conditions of the join that goes. */
function without(items: readonly Node[], table: Node): { items: Node[]; dropped: Set<Node> } | undefined {
  const same = (node: Node | undefined): boolean =>
    node !== undefined && as(node, 'RangeVar') !== undefined && as(node, 'RangeVar') === as(table, 'RangeVar')
  if (items.length > 1 && items.some(same))
    return { items: items.filter((n) => !same(n)), dropped: new Set() }
  for (const item of items) {
    const join = as(item, 'JoinExpr')
    const side = same(join?.rarg) ? join?.larg : same(join?.larg) ? join?.rarg : undefined
    if (join?.jointype === 'JOIN_INNER' && side) {
      return {
        items: items.map((n) => (n === item ? side : n)),
        dropped: new Set(join.quals ? conjunctsOf(join.quals) : []),
      }
    }
  }
  return undefined
}

/** Every condition as it stands in WHERE and ON. */
function conditionsIn({ whereClause, fromClause }: { whereClause?: Node; fromClause?: Node[] }): Node[] {
  const within = (node: Node): Node[] => {
    const join = as(node, 'JoinExpr')
    return join
      ? [join.larg, join.rarg]
          .flatMap((n) => (n ? within(n) : []))
          .concat(join.quals ? conjunctsOf(join.quals) : [])
      : []
  }
  return [...(whereClause ? conjunctsOf(whereClause) : []), ...(fromClause ?? []).flatMap(within)]
}
