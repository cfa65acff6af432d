import { defineLintRule } from '../lint-rule.ts'
import type { Operand } from '../model.ts'
import { conditionsOf, label } from './_conditions.ts'

const WHOLE = /^(smallint|integer|bigint)$/

/** A number that is no whole one to PostgreSQL: it turns the column into numeric to compare them. */
const isFraction = (operand: Operand | undefined): boolean => {
  if (operand?.kind === 'list') return operand.items.some(isFraction)
  if (operand?.kind !== 'constant' && operand?.kind !== 'parameter') return false
  if (operand.cast !== undefined) return /^(numeric|float[48])$/.test(operand.cast)
  return operand.kind === 'constant' && /^-?\d*\.\d+$/.test(operand.value ?? '')
}

export default defineLintRule({
  name: 'type-mismatch',
  title: 'Other type than the column’s',
  severity: 'warning',
  doc: 'A whole-number column compared with a numeric or floating value is converted in every row, so an index on it does not help. Drivers that send every number as numeric do this.',
  example: { before: 'WHERE id = $1::numeric', after: 'WHERE id = $1::bigint' },
  *check(model) {
    for (const { predicate: p } of conditionsOf(model)) {
      const { subject } = p
      if (!['equality', 'range', 'in'].includes(p.kind) || !subject || subject.expression) continue
      if (!WHOLE.test(subject.column.facts?.type ?? '') || !(isFraction(p.operand) || isFraction(p.upper)))
        continue
      yield {
        location: p.location,
        message: `${label(subject.column)} is ${subject.column.facts?.type} and is converted to compare it: an index on it can not be used`,
        advice: `Give the value as ${subject.column.facts?.type}`,
      }
    }
  },
})
