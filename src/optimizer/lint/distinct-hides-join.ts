import { defineLintRule } from '../lint-rule.ts'
import type { Scope, TableRef } from '../model.ts'
import { isUnique } from '../uniqueness.ts'

/** Tables that only decide which rows there are, and may give several matches for one. */
export function multiplying(scope: Scope): TableRef[] {
  const shown = new Set([...scope.outputs, ...scope.orderBy].flatMap((o) => o.columns.map((c) => c.table)))
  if (scope.outputs.some((o) => o.star && !o.column?.table)) return []
  return scope.tables.filter((table) => {
    if (table.kind !== 'table' || shown.has(table) || scope.tables.length < 2) return false
    const keys = scope.joins
      .filter((j) => j.operator === '=')
      .flatMap((j) =>
        j.left.table === table ? [j.left.name] : j.right.table === table ? [j.right.name] : [],
      )
    return keys.length > 0 && isUnique(table, keys) !== true
  })
}

export default defineLintRule({
  name: 'distinct-hides-join',
  title: 'DISTINCT that undoes a join',
  severity: 'warning',
  doc: 'A table is joined only to ask whether there is a match; each further match repeats the row, and DISTINCT sorts or hashes all of them to throw the repetitions away. EXISTS stops at the first match.',
  example: {
    before: 'SELECT DISTINCT u.id FROM users u JOIN orders o ON o.user_id = u.id',
    after: 'SELECT u.id FROM users u WHERE EXISTS (SELECT FROM orders o WHERE o.user_id = u.id)',
  },
  *check({ scopes }) {
    for (const scope of scopes) {
      if (scope.distinct !== 'all' || scope.hasAggregates) continue
      const [table] = multiplying(scope)
      if (!table) continue
      yield {
        location: scope.outputs[0]?.location ?? scope.location,
        message: `DISTINCT removes the repetitions that the join with ${table.alias} makes, of which no column is used`,
        advice: `Ask for ${table.alias} with EXISTS and leave DISTINCT off`,
      }
    }
  },
})
