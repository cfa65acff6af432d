import { formatCount } from '../../core/format.ts'
import { defineLintRule } from '../lint-rule.ts'
import { conditionsOf, label } from './_conditions.ts'

/** Members of a list: above, parsing and planning weigh more than finding the rows. */
const MANY = 100

export default defineLintRule({
  name: 'huge-in-list',
  title: 'Long IN list',
  severity: 'warning',
  doc: 'A long list is parsed and planned each time, and each length is a statement of its own in pg_stat_statements before PostgreSQL 18. One array parameter is one statement; very long ones are better joined.',
  example: {
    before: 'WHERE id IN (1, 2, 3, …)',
    after: 'WHERE id = ANY ($1), or JOIN unnest($1::bigint[]) AS wanted (id) USING (id)',
  },
  *check(model) {
    for (const { predicate: p } of conditionsOf(model)) {
      if (p.kind !== 'in' || p.operand?.kind !== 'list' || p.operand.items.length < MANY) continue
      yield {
        location: p.location,
        message: `${p.subject ? label(p.subject.column) : 'The list'} is compared with ${formatCount(p.operand.items.length)} values one by one`,
      }
    }
  },
})
