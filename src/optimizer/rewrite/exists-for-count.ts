import type { Node } from 'libpg-query'
import { sqlOf } from '../deparse.ts'
import { asksExistence } from '../lint/exists-by-count.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { tokensIn } from '../splice.ts'
import { as } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { claim, expression, extent } from './_statement.ts'

export default defineRewrite({
  name: 'exists-for-count',
  title: 'EXISTS in place of count(*) > 0',
  doc: 'EXISTS stops at the first match and can become a semi-join.',
  *rewrite(model) {
    const { parsed, scopes } = model
    const tokens = tokensIn(parsed.source)
    for (const scope of scopes)
      for (const p of scope.predicates) {
        const asked = asksExistence(p.node)
        const select = as(asked?.link.subselect, 'SelectStmt')
        if (!asked || !select) continue
        const subselect: Node = {
          SelectStmt: { ...select, targetList: [{ ResTarget: { val: expression('1') } }] },
        }
        const template = expression(asked.exists ? 'EXISTS (SELECT 1)' : 'NOT EXISTS (SELECT 1)')
        const link = as(template, 'SubLink') ?? as(as(template, 'BoolExpr')?.args?.[0], 'SubLink')
        if (!link) continue
        const exists = replaceIn(template, new Map<object, unknown>([[link.subselect as object, subselect]]))
        const text = `${asked.exists ? '' : 'NOT '}EXISTS (${sqlOf(subselect)})`
        yield {
          location: p.location,
          tree: replaceIn(parsed.node, new Map([[p.node, exists]])),
          edits: [{ ...extent(tokens, p.node), text }],
          ...claim(model, true, 'A count is above zero exactly where there is a row'),
        }
      }
  },
})
