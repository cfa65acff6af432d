import { indexExpression } from '../deparse.ts'
import { defineLintRule } from '../lint-rule.ts'
import type { Predicate } from '../model.ts'
import { conditionsOf, label, tableName, written } from './_conditions.ts'
import { isIndexed } from './_indexed.ts'

/** Functions of a moment that a half-open range on the column says as well. */
const RANGES = new Set(['date', 'date_trunc', 'extract', 'date_part', 'to_char'])
const KINDS: readonly Predicate['kind'][] = ['equality', 'range', 'in', 'like', 'in-subquery']

export default defineLintRule({
  name: 'function-on-column',
  title: 'Function on a filtered column',
  severity: 'warning',
  doc: 'An index on the column does not help once a function is round it, and PostgreSQL has no statistics of the result, so it guesses 0.5 % of the rows. An index on the expression helps, and for dates a range on the bare column.',
  example: {
    before: 'WHERE date(created_at) = $1',
    after: 'WHERE created_at >= $1::date AND created_at < $1::date + 1',
  },
  *check(model) {
    for (const { scope, predicate: p } of conditionsOf(model)) {
      const { subject } = p
      if (subject?.expression?.kind !== 'function' || !KINDS.includes(p.kind) || !subject.column.table)
        continue
      const { column, expression } = subject
      // What a subquery computes has no index either way.
      if (column.table?.kind !== 'table' || isIndexed(column.table, expression.node)) continue
      if (!scope.tables.includes(column.table)) continue
      const range = RANGES.has(expression.name)
      yield {
        location: p.location,
        message: `${expression.name}() round ${label(column)} keeps an index on ${written(column.name)} from being used`,
        advice: range
          ? `Compare ${label(column)} itself with the two ends of the range: >= the first moment AND < the one after the last`
          : `CREATE INDEX CONCURRENTLY ON ${tableName(column.table)} (${indexExpression(expression.node)}), then ANALYZE ${tableName(column.table)}`,
      }
    }
  },
})
