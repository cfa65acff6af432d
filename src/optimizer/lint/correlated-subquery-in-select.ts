import { defineLintRule } from '../lint-rule.ts'

export default defineLintRule({
  name: 'correlated-subquery-in-select',
  title: 'Correlated subquery in the select list',
  severity: 'warning',
  doc: 'It is executed once for each row of the outer query: PostgreSQL does not turn it into a join. A join on a grouped subquery reads the inner table once; LATERAL says the same where the outer rows are few.',
  example: {
    before: 'SELECT u.id, (SELECT count(*) FROM orders o WHERE o.user_id = u.id) FROM users u',
    after:
      'SELECT u.id, coalesce(o.n, 0) FROM users u LEFT JOIN (SELECT user_id, count(*) AS n FROM orders GROUP BY user_id) o ON o.user_id = u.id',
  },
  *check({ scopes }) {
    for (const { sublink, outerColumns, tables, parent } of scopes) {
      if (sublink?.clause !== 'select' || outerColumns.length === 0 || tables.length === 0) continue
      // Of one row it is executed once.
      if (parent?.limit?.value === 1 || parent?.tables.length === 0) continue
      yield {
        location: sublink.location,
        message: `The subquery on ${tables.map((t) => t.alias).join(', ')} is executed once for each row`,
      }
    }
  },
})
