import type { Node } from 'libpg-query'
import { sqlOf } from '../deparse.ts'
import type { Scope, StatementModel } from '../model.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { tokensIn } from '../splice.ts'
import { as, lastName } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { allOf, claim, expression, extent, isPlain, neverNull } from './_statement.ts'

/** Every name of a table in a scope and further in: an outer column of that name would be taken for theirs. */
const aliasesIn = (scopes: readonly Scope[], top: Scope): Set<string> => {
  const below = (s: Scope): boolean => s === top || (s.parent !== undefined && below(s.parent))
  return new Set(scopes.filter(below).flatMap((s) => s.tables.map((t) => t.alias)))
}

export default defineRewrite({
  name: 'not-exists-for-not-in',
  title: 'NOT EXISTS in place of NOT IN',
  doc: 'NOT EXISTS becomes an anti-join; NOT IN searches the result of the subquery for each row.',
  *rewrite(model) {
    const { parsed, scopes } = model
    for (const scope of scopes)
      for (const p of scope.predicates) {
        if (p.kind !== 'in-subquery' || !p.negated || p.operand?.kind !== 'subquery' || p.clause === 'having')
          continue
        const inner = p.operand.scope
        const { select } = inner
        const test = inner.sublink?.test
        const column = p.subject?.expression === undefined ? p.subject?.column : undefined
        const output = inner.outputs[0]
        if (!select || !test || !column?.table || !output?.node || inner.outputs.length !== 1 || output.star)
          continue
        if (!isPlain(inner) || inner.orderBy.length > 0 || aliasesIn(scopes, inner).has(column.table.alias))
          continue
        if (lastName(as(test, 'ColumnRef')?.fields) !== column.name) continue
        const left: Node = {
          ColumnRef: {
            fields: [{ String: { sval: column.table.alias } }, { String: { sval: column.name } }],
          },
        }
        const equal = expression(`${sqlOf(left)} = (${sqlOf(output.node)})`)
        const where = allOf([...(select.whereClause ? [select.whereClause] : []), equal])
        const { distinctClause: _, ...rest } = select
        const subselect: Node = {
          SelectStmt: {
            ...rest,
            targetList: [{ ResTarget: { val: expression('1') } }],
            ...(where && { whereClause: where }),
          },
        }
        const exists = expression('NOT EXISTS (SELECT 1)')
        const link = as(as(exists, 'BoolExpr')?.args?.[0], 'SubLink')
        if (!link) continue
        const tree = replaceIn(exists, new Map<object, unknown>([[link.subselect as object, subselect]]))
        const place = negation(parsed.node, p.node)
        // NOT (a OR x IN (…)) has its NOT elsewhere.
        if ((place === p.node) !== (inner.sublink?.type === 'all')) continue
        const both =
          neverNull(p.subject) && neverNull(output.column && { column: output.column, expression: undefined })
        yield {
          location: p.location,
          tree: replaceIn(parsed.node, new Map([[place, tree]])),
          edits: [{ ...whole(model, p.node), text: `NOT EXISTS (${sqlOf(subselect)})` }],
          ...claim(
            model,
            both,
            both
              ? 'Neither side can be NULL (NOT NULL columns)'
              : 'With a NULL in the subquery NOT IN gives no row at all, NOT EXISTS gives those without a match; likely that is what is meant',
          ),
        }
      }
  },
})

/** The NOT round a condition, or the condition where it brings its own (<> ALL). */
function negation(tree: Node, node: Node): object {
  let found: object = node
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    else if (typeof value === 'object' && value !== null) {
      const bool = as(value as Node, 'BoolExpr')
      if (bool?.boolop === 'NOT_EXPR' && bool.args?.[0] === node) found = value
      Object.values(value).forEach(look)
    }
  }
  look(tree)
  return found
}

function whole({ parsed }: StatementModel, node: Node): { from: number; to: number } {
  const tokens = tokensIn(parsed.source)
  const { from, to } = extent(tokens, node)
  const before = tokens.before(from)
  // NOT x IN (…) begins one word earlier than x NOT IN (…).
  return { from: before?.text.toLowerCase() === 'not' ? before.start : from, to }
}
