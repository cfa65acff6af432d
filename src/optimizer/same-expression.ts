import type { Node } from 'libpg-query'
import { as, kindOf, lastName } from './syntax.ts'

/** An expression without places, casts and the tables' aliases: two that agree are the same to an index on an expression. */
export function shapeOf(node: Node | undefined): string {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip)
    if (typeof value !== 'object' || value === null) return value
    const node = value as Node
    const cast = as(node, 'TypeCast')
    if (cast && kindOf(node) === 'TypeCast') return strip(cast.arg)
    const column = as(node, 'ColumnRef')
    if (column) return { column: lastName(column.fields) }
    const call = as(node, 'FuncCall')
    if (call) return { call: lastName(call.funcname), args: strip(call.args) }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'location')
        .map(([key, inner]) => [key, strip(inner)]),
    )
  }
  return JSON.stringify(strip(node))
}
