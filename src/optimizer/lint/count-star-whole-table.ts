import { formatCount } from '../../core/format.ts'
import { defineLintRule } from '../lint-rule.ts'
import { as, lastName } from '../syntax.ts'

/** Rows that are counted in a few ms. */
const FEW = 10_000

export default defineLintRule({
  name: 'count-star-whole-table',
  title: 'count(*) of a whole table',
  severity: 'info',
  doc: 'Every row is visited, since each session may see others. An estimate is at hand: pg_class.reltuples, kept by VACUUM and ANALYZE.',
  example: {
    before: 'SELECT count(*) FROM events',
    after: "SELECT reltuples::bigint FROM pg_class WHERE oid = 'events'::regclass",
  },
  *check({ scopes }) {
    for (const scope of scopes) {
      const [table] = scope.tables
      if (scope.tables.length !== 1 || table?.kind !== 'table' || scope.groupBy.length > 0) continue
      if (scope.predicates.length > 0 || (table.facts?.rows ?? FEW) < FEW) continue
      const counted = scope.outputs.find((o) => {
        const call = as(o.node, 'FuncCall')
        return (
          call && lastName(call.funcname) === 'count' && !call.agg_filter && !call.over && !call.agg_distinct
        )
      })
      if (!counted) continue
      yield {
        location: counted.location,
        message: `Every row of ${table.name} is counted${table.facts?.rows ? `, about ${formatCount(table.facts.rows)}` : ''}`,
      }
    }
  },
})
