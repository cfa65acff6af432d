import type { Node } from 'libpg-query'
import type { TableRef } from '../model.ts'
import { parseExpression } from '../parse.ts'
import { shapeOf } from '../same-expression.ts'

/** Whether an index of the table begins with this expression. */
export function isIndexed({ facts }: TableRef, node: Node): boolean {
  const shape = shapeOf(node)
  return (facts?.indexes ?? []).some(({ keys, valid }) => {
    const text = keys[0]?.expression
    const expression = text === undefined ? undefined : parseExpression(text)
    return valid && expression !== undefined && shapeOf(expression) === shape
  })
}
