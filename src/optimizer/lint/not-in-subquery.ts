import { defineLintRule } from '../lint-rule.ts'
import { conditionsOf } from './_conditions.ts'

export default defineLintRule({
  name: 'not-in-subquery',
  title: 'NOT IN with a subquery',
  severity: 'warning',
  doc: 'One NULL in the subquery makes NOT IN true for no row at all. And it can not become an anti-join: the subquery is searched for each row once its result does not fit into work_mem.',
  example: {
    before: 'WHERE id NOT IN (SELECT user_id FROM orders)',
    after: 'WHERE NOT EXISTS (SELECT FROM orders o WHERE o.user_id = users.id)',
  },
  *check(model) {
    for (const { predicate: p } of conditionsOf(model)) {
      if (p.kind !== 'in-subquery' || !p.negated || p.operand?.kind !== 'subquery') continue
      const output = p.operand.scope.outputs[0]?.column
      const never = output?.facts?.notNull && !output.table?.nullable
      yield {
        location: p.location,
        message: `NOT IN over a subquery can not become an anti-join${never ? '' : ', and one NULL in it would leave no rows'}`,
      }
    }
  },
})
