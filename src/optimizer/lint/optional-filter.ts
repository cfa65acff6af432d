import { defineLintRule } from '../lint-rule.ts'
import { conditionsOf, label } from './_conditions.ts'

export default defineLintRule({
  name: 'optional-filter',
  title: 'Filter that a parameter switches off',
  severity: 'warning',
  doc: 'One plan must serve both cases, so a prepared statement reads the whole table even when the filter is given. Build the WHERE from the filters that are set.',
  example: { before: 'WHERE ($1 IS NULL OR user_id = $1)', after: 'WHERE user_id = $1, only when it is set' },
  *check(model) {
    for (const { predicate: p } of conditionsOf(model)) {
      if (p.kind !== 'or') continue
      const [off, on] = [
        p.arms.filter((arm) => arm.every((x) => x.kind === 'constant' || x.columns.length === 0)),
        p.arms.flat().find((x) => x.subject),
      ]
      const asks = off.some((arm) =>
        arm.some((x) => model.parameters.some((q) => q.location >= x.location && within(x.node, q.number))),
      )
      if (!asks || !on?.subject) continue
      yield {
        location: p.location,
        message: `A parameter switches the filter on ${label(on.subject.column)} off: a plan that is kept must read every row`,
      }
    }
  },
})

/** Whether an expression uses the parameter. */
const within = (node: unknown, number: number): boolean =>
  JSON.stringify(node).includes(`"ParamRef":{"number":${number}`)
