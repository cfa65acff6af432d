import { defineLintRule } from '../lint-rule.ts'
import type { Operand } from '../model.ts'
import { conditionsOf, label } from './_conditions.ts'

const isNull = (operand: Operand | undefined): boolean =>
  operand?.kind === 'constant' && operand.value === null

export default defineLintRule({
  name: 'null-comparison',
  title: 'Comparison with NULL',
  severity: 'critical',
  doc: 'A comparison with NULL is never true, not even NULL = NULL; a NULL in a NOT IN list leaves no rows.',
  example: { before: 'WHERE deleted_at = NULL', after: 'WHERE deleted_at IS NULL' },
  *check(model) {
    for (const { predicate: p } of conditionsOf(model)) {
      const what = p.subject ? label(p.subject.column) : 'It'
      if (/^(=|<>|<|<=|>|>=)$/.test(p.operator) && isNull(p.operand))
        yield {
          location: p.location,
          message: `${what} ${p.operator} NULL is never true`,
          advice: `Write IS ${p.operator === '<>' ? 'NOT ' : ''}NULL`,
        }
      else if (p.kind === 'in' && p.negated && p.operand?.kind === 'list' && p.operand.items.some(isNull))
        yield {
          location: p.location,
          message: `${what} NOT IN a list with a NULL is never true`,
          advice: 'Take the NULL out of the list',
        }
    }
  },
})
