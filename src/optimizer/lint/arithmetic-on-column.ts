import { defineLintRule } from '../lint-rule.ts'
import { conditionsOf, label } from './_conditions.ts'
import { isIndexed } from './_indexed.ts'

export default defineLintRule({
  name: 'arithmetic-on-column',
  title: 'Arithmetic on a filtered column',
  severity: 'warning',
  doc: 'PostgreSQL does not solve the comparison for the column, so an index on it does not help. Move the arithmetic to the other side.',
  example: {
    before: "WHERE created_at + interval '1 day' > now()",
    after: "WHERE created_at > now() - interval '1 day'",
  },
  *check(model) {
    for (const { scope, predicate: p } of conditionsOf(model)) {
      const { subject } = p
      if (
        subject?.expression?.kind !== 'operator' ||
        !['+', '-', '*', '/', '||'].includes(subject.expression.name)
      )
        continue
      if (p.kind !== 'equality' && p.kind !== 'range') continue
      const { column, expression } = subject
      if (column.table?.kind !== 'table' || !scope.tables.includes(column.table)) continue
      if (isIndexed(column.table, expression.node)) continue
      yield {
        location: p.location,
        message: `${label(column)} stands in an expression with ${expression.name}: an index on it can not be used`,
        advice: `Move the rest to the other side, so that ${label(column)} stands alone`,
      }
    }
  },
})
