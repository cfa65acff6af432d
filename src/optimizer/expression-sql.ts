import type { Node } from 'libpg-query'
import { deparseSync } from 'pgsql-deparser'
import { as, kindOf, walk } from './syntax.ts'

/** SQL of an expression over one table, its columns without the table's name, as an index definition has them. */
export function expressionSql(node: Node): string {
  return deparseSync([unqualified(node)])
    .replace(/;\s*$/, '')
    .trim()
}

/** Whether it is the same for every execution: no parameter, subquery or other query's value. */
export function isFixed(node: Node): boolean {
  let fixed = true
  walk(node, (_, kind) => {
    if (kind === 'ParamRef' || kind === 'SubLink') fixed = false
    return fixed
  })
  return fixed
}

function unqualified(node: Node): Node {
  const copy = structuredClone(node)
  walk([copy], (inner) => {
    const column = as(inner, 'ColumnRef')
    const last = column?.fields?.at(-1)
    if (column && last && kindOf(last) === 'String') column.fields = [last]
    return undefined
  })
  return copy
}
