import type { Node } from 'libpg-query'
import { Deparser } from 'pgsql-deparser'
import { as } from './syntax.ts'

/** The SQL text of a tree: an expression, a condition or a statement. */
export const sqlOf = (node: Node): string =>
  Deparser.deparse(node, { pretty: false }).trim().replace(/;$/, '')

/** The same over several lines. */
export const prettySql = (node: Node): string =>
  Deparser.deparse(node, { pretty: true }).trim().replace(/;$/, '')

/** The text of an expression with bare column names, as an index on it is written. */
export function indexExpression(node: Node): string {
  const bare = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(bare)
    if (typeof value !== 'object' || value === null) return value
    const fields = as(value as Node, 'ColumnRef')?.fields
    if (fields) return { ColumnRef: { fields: fields.slice(-1) } }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bare(inner)]))
  }
  return sqlOf(bare(node) as Node)
}
