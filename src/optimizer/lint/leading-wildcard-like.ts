import { defineLintRule } from '../lint-rule.ts'
import { conditionsOf, label } from './_conditions.ts'

export default defineLintRule({
  name: 'leading-wildcard-like',
  title: 'Pattern that begins with a wildcard',
  severity: 'warning',
  doc: 'A b-tree index is ordered by the beginning of the text, so a pattern that begins with % or _ (or a regular expression without ^) reads every row. A trigram index can answer it.',
  example: {
    before: "email LIKE '%@example.com'",
    after:
      "CREATE INDEX ON users USING gin (email gin_trgm_ops), or reverse(email) LIKE 'moc.elpmaxe@%' with an index on reverse(email)",
  },
  *check(model) {
    for (const { predicate: p } of conditionsOf(model)) {
      if (p.kind !== 'like' || p.negated || p.pattern !== 'leading-wildcard' || !p.subject) continue
      const { column } = p.subject
      yield {
        location: p.location,
        message: `${label(column)} ${p.operator.toUpperCase()} a pattern that begins with a wildcard: no b-tree index can be used`,
        advice: `With the extension pg_trgm: CREATE INDEX CONCURRENTLY ON ${column.table?.name ?? 'the table'} USING gin (${column.name} gin_trgm_ops)`,
      }
    }
  },
})
