import { defineLintRule } from '../lint-rule.ts'

export default defineLintRule({
  name: 'write-without-where',
  title: 'UPDATE or DELETE without WHERE',
  severity: 'critical',
  doc: 'It changes every row: often a mistake, and always a new version of each row, WAL for each, and locks on all of them until the end.',
  example: { before: 'DELETE FROM sessions', after: 'DELETE FROM sessions WHERE expires_at < now()' },
  *check({ writes }) {
    for (const { kind, table, scope, location } of writes) {
      if (kind !== 'update' && kind !== 'delete') continue
      // A joined table limits the rows as a WHERE does.
      if (scope.predicates.some((p) => p.kind !== 'constant') || scope.joins.length > 0) continue
      yield {
        location,
        message: `${kind.toUpperCase()} of every row of ${table.name}`,
        advice:
          kind === 'delete'
            ? `If all rows shall go, TRUNCATE ${table.name} is quicker; else add a WHERE`
            : 'Add a WHERE; if all rows shall change, do it in batches by key',
      }
    }
  },
})
