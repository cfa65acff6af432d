import type { Access } from '../access.ts'
import type { IndexKey } from '../planner.ts'

/** Keys over expressions that the query compares: alone, with a range or order after them, after what is equal. */
export function expressionKeys(access: Access): readonly (readonly IndexKey[])[] {
  return access.expressions.flatMap(({ sql, kind }) => {
    const x: IndexKey = { expression: sql }
    const equal = access.equal.slice(0, 2).map((column) => ({ column }))
    const lists: IndexKey[][] = [[x]]
    if (equal.length > 0) lists.push([...equal, x])
    if (kind === 'equal') {
      for (const column of access.range.slice(0, 2)) lists.push([x, { column }])
      if (access.order.length > 0) lists.push([x, ...access.order])
    }
    return lists
  })
}
