import { formatCount, formatRatio } from '../../core/format.ts'
import { actualRows, actualTime, type PlanNode } from '../plan-node.ts'
import { definePlanRule } from '../plan-rule.ts'

/** Rows that the inner side is asked for in all, from which it is worth a word. */
const ROWS = 100_000
/** Share of the time that the inner side takes. */
const SHARE = 0.5
/** Executions of the inner side below which it is no loop to speak of. */
const LOOPS = 100

/** Rows that a side goes through in all its executions, those thrown away included. */
const visited = (node: PlanNode): number =>
  (actualRows(node) ?? 0) +
  ((node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0)) *
    (node['Actual Loops'] ?? 1) +
  (/^(Materialize|Memoize)$/.test(node['Node Type'])
    ? 0
    : (node.Plans ?? []).reduce((sum, c) => sum + visited(c), 0))

/** Whether nothing picks the rows that match: all are gone through each time. */
const readsAll = (node: PlanNode): boolean => /^(Seq Scan|Materialize)$/.test(node['Node Type'])

export default definePlanRule({
  name: 'nested-loop-blowup',
  title: 'Nested loop over many rows',
  severity: 'warning',
  doc: 'The inner side is gone through again for each row of the outer side: 100,000 rows or more in all and half of the time. Without figures of an execution: as many rows are expected, from a side that is read as a whole.',
  *check({ nodes, explained, tables }) {
    for (const at of nodes) {
      const [outer, inner] = at.node.Plans ?? []
      if (at.node['Node Type'] !== 'Nested Loop' || !outer || !inner) continue
      const loops = inner['Actual Loops'] ?? outer['Plan Rows'] ?? 0
      if (loops < LOOPS) continue
      if (explained.analyzed) {
        const rows =
          visited(inner) + (at.node['Rows Removed by Join Filter'] ?? 0) * (at.node['Actual Loops'] ?? 1)
        const whole = explained.execution ?? actualTime(explained.plan) ?? 0
        const time = (actualTime(at.node) ?? 0) - (actualTime(outer) ?? 0)
        if (rows < ROWS || whole === 0 || time / whole < SHARE) continue
        const short = loops / Math.max(1, (outer['Plan Rows'] ?? 1) * (outer['Actual Loops'] ?? 1))
        yield {
          at,
          message: `The inner side ran ${formatCount(loops)} times over ${formatCount(rows)} rows in all, ${formatRatio(Math.min(1, time / whole))} of the time${short >= 10 ? `; ${formatCount(outer['Plan Rows'] ?? 0)} times were expected` : ''}`,
          advice:
            short >= 10
              ? 'Correct the estimate of the outer side first: ANALYZE, CREATE STATISTICS'
              : 'An index on the inner side’s join column, or an equality that lets it be hashed',
          evidence: { loops, rows, milliseconds: time },
        }
      } else if (readsAll(inner)) {
        const facts = tables.find((t) => t.name === inner['Relation Name'])
        const rows = loops * Math.max(inner['Plan Rows'] ?? 0, facts?.rows ?? 0)
        if (rows < ROWS) continue
        yield {
          at,
          message: `All of the inner side is gone through for each of about ${formatCount(loops)} rows, ${formatCount(rows)} rows in all`,
          advice: 'An index on the inner side’s join column, or an equality that lets it be hashed',
          evidence: { loops, rows, milliseconds: null },
        }
      }
    }
  },
})
