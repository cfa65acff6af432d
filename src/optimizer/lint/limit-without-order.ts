import { defineLintRule } from '../lint-rule.ts'

export default defineLintRule({
  name: 'limit-without-order',
  title: 'LIMIT without ORDER BY',
  severity: 'info',
  doc: 'Which rows come is not defined: they change with the plan, with VACUUM, with parallel workers, and pages overlap.',
  example: { before: 'SELECT id FROM t LIMIT 50', after: 'SELECT id FROM t ORDER BY id LIMIT 50' },
  *check({ root }) {
    const { limit } = root
    // LIMIT 1 asks whether there is any; an aggregate gives one row anyway.
    if (!limit || limit.value === 0 || limit.value === 1 || root.orderBy.length > 0 || root.setOperation)
      return
    if (root.hasAggregates || root.distinct === 'on' || !root.tables.some((t) => t.kind === 'table')) return
    yield { location: limit.location, message: 'Which of the rows come is left to chance' }
  },
})
