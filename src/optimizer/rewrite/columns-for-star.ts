import type { Node } from 'libpg-query'
import type { Scope } from '../model.ts'
import { defineRewrite } from '../rewrite-rule.ts'
import { tokensIn } from '../splice.ts'
import { as, locationOf } from '../syntax.ts'
import { replaceIn } from '../tree.ts'
import { identifier } from './_statement.ts'

const answering = (scope: Scope): readonly Scope[] => scope.setOperation?.arms.flatMap(answering) ?? [scope]

export default defineRewrite({
  name: 'columns-for-star',
  title: 'Columns in place of *',
  doc: 'Names every column, so that those which are not used can be taken out. An index-only scan becomes possible, and wide columns stay unread.',
  *rewrite({ root, parsed }) {
    if (parsed.kind !== 'select') return
    const scopes = answering(root)
    const changes = new Map<object, unknown>()
    const edits: { from: number; to: number; text: string }[] = []
    const tokens = tokensIn(parsed.source)
    let first: number | undefined
    for (const scope of scopes) {
      // A merged column of USING stands once and first.
      const merged = scope.joins.some((j) => j.clause === 'using' || j.clause === 'natural')
      for (const target of scope.select?.targetList ?? []) {
        const ref = as(as(target, 'ResTarget')?.val, 'ColumnRef')
        const output = ref && scope.outputs.find((o) => o.star && o.location === locationOf(ref))
        if (!ref || !output) continue
        const whose = output.column?.table ? [output.column.table] : scope.tables
        if ((merged && !output.column?.table) || whose.some((t) => !t.columns || t.kind !== 'table')) return
        const names = whose.flatMap((t) =>
          (t.columns ?? []).map((name) => (scope.tables.length > 1 ? [t.alias, name] : [name])),
        )
        changes.set(
          target,
          names.map(
            (parts): Node => ({
              ResTarget: {
                val: { ColumnRef: { fields: parts.map((sval): Node => ({ String: { sval } })) } },
              },
            }),
          ),
        )
        const star = tokens.list.find((t) => t.start >= locationOf(ref) && t.text === '*')
        edits.push({
          from: locationOf(ref),
          to: star?.end ?? 0,
          text: names.map((parts) => parts.map(identifier).join('.')).join(', '),
        })
        first ??= locationOf(ref)
      }
    }
    if (first === undefined) return
    yield {
      location: first,
      tree: replaceIn(parsed.node, changes),
      edits,
      same: true,
      because: 'The same columns in the same order, as the tables are now; take out those that are not used',
    }
  },
})
