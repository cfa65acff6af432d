import { defineLintRule } from '../lint-rule.ts'
import type { ColumnUse, Predicate } from '../model.ts'
import { conditionsOf, label } from './_conditions.ts'

const same = (a: ColumnUse, b: ColumnUse): boolean => a.name === b.name && a.table === b.table

/** The columns that an arm could be found by in an index. */
const subjects = (arm: readonly Predicate[]): readonly ColumnUse[] =>
  arm.flatMap((p) =>
    p.kind === 'or' ? p.arms.flatMap(subjects) : p.subject ? [p.subject.column] : p.columns,
  )

export default defineLintRule({
  name: 'or-across-columns',
  title: 'OR across columns',
  severity: 'info',
  doc: 'No one index answers both sides. Within a table PostgreSQL can combine two indexes if both exist; across two tables it must join first and filter afterwards.',
  example: {
    before: 'WHERE email = $1 OR phone = $1',
    after: 'SELECT … WHERE email = $1 UNION SELECT … WHERE phone = $1, or an index on each column',
  },
  *check(model) {
    for (const { predicate: p } of conditionsOf(model)) {
      if (p.kind !== 'or') continue
      const arms = p.arms.map(subjects)
      // ($1 IS NULL OR a = $1) is another matter: optional-filter.
      if (arms.some((columns) => columns.length === 0)) continue
      // A column that is in every arm can be searched by.
      if (arms[0]?.some((c) => arms.every((columns) => columns.some((other) => same(c, other))))) continue
      const columns = arms.flat().filter((c, i, all) => all.findIndex((o) => same(o, c)) === i)
      const tables = new Set(columns.map((c) => c.table))
      yield {
        location: p.location,
        message: `${columns.map(label).join(' or ')}: no one index answers this${tables.size > 1 ? ', and it spans tables, so it is checked after the join' : ''}`,
      }
    }
  },
})
