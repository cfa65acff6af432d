import { defineLintRule } from '../lint-rule.ts'
import type { Scope } from '../model.ts'

/** Scopes whose columns the client gets. */
const answering = (scope: Scope): readonly Scope[] =>
  scope.setOperation ? scope.setOperation.arms.flatMap(answering) : [scope]

export default defineLintRule({
  name: 'select-star',
  title: 'SELECT * to the client',
  severity: 'info',
  doc: 'Every column is read, sent and parsed, also wide ones that are stored apart (TOAST); an index-only scan is not possible, and a new column changes what the application gets.',
  example: { before: 'SELECT * FROM users', after: 'SELECT id, email FROM users' },
  *check({ root, parsed }) {
    if (parsed.kind !== 'select') return
    for (const scope of answering(root)) {
      // SELECT * over a subquery that names its columns reads no more than it says.
      const wide = (star: Scope['outputs'][number]) =>
        (star.column?.table ? [star.column.table] : scope.tables).some((t) => t.kind === 'table')
      for (const output of scope.outputs.filter((o) => o.star && wide(o))) {
        const whose = output.column?.table
        const count = whose?.facts?.columns.length
        yield {
          location: output.location,
          message: `All columns ${whose ? `of ${whose.alias} ` : ''}are asked for${count ? `, ${count} of them` : ''}`,
          advice: 'Name the columns that are used',
        }
      }
    }
  },
})
