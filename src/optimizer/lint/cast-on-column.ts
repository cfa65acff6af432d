import { defineLintRule } from '../lint-rule.ts'
import { conditionsOf, label } from './_conditions.ts'
import { isIndexed } from './_indexed.ts'
import { sameType } from './_types.ts'

export default defineLintRule({
  name: 'cast-on-column',
  title: 'Cast on a filtered column',
  severity: 'warning',
  doc: 'The cast is done for every row and an index on the column does not help. Cast the other side to the column’s type instead; for ::date, compare with the two ends of the day.',
  example: { before: 'WHERE id::text = $1', after: 'WHERE id = $1::bigint' },
  *check(model) {
    for (const { scope, predicate: p } of conditionsOf(model)) {
      const { subject } = p
      if (
        subject?.expression?.kind !== 'cast' ||
        !['equality', 'range', 'in', 'in-subquery'].includes(p.kind)
      )
        continue
      const { column, expression } = subject
      if (column.table?.kind !== 'table' || !scope.tables.includes(column.table)) continue
      if (
        (column.facts && sameType(column.facts.type, expression.name)) ||
        isIndexed(column.table, expression.node)
      )
        continue
      yield {
        location: p.location,
        message: `${label(column)} is cast to ${expression.name} in every row: an index on it can not be used`,
        advice:
          expression.name === 'date'
            ? `Compare ${label(column)} itself: >= the day AND < the day after`
            : `Leave ${label(column)} as it is and cast the other side${column.facts ? ` to ${column.facts.type}` : ' to its type'}`,
      }
    }
  },
})
