import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import queryPerformance from '../derived/query-performance.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'slow-average-query',
  title: 'Slow on average',
  doc: 'The mean execution time of all statements between the last two samples. When it is high, users wait on nearly everything, and sessions pile up. Of fewer than ten executions it is the mean of whatever ran, not of the work.',
  remedy:
    'Look at the statements with the greatest share of the time first; see whether sessions wait for locks or the disk.',
  needs: { performance: queryPerformance },
  thresholds: { calls: 10, warning: 0.5, critical: 1 },
  deductions: { warning: 10, critical: 20 },
  check({ performance: [p] }, thresholds) {
    if (!p || p.average === null || p.calls < thresholds.calls) return []
    const severity = above(p.average, thresholds)
    if (!severity) return []
    return [
      {
        subject: 'instance',
        severity,
        value: p.average,
        unit: 'seconds',
        summary: `A statement took ${formatSeconds(p.average)} on average over the last ${formatSeconds(p.window)} (${plural(p.calls, 'execution')}).`,
        evidence: { average: p.average, p95: p.p95, p99: p.p99, calls: p.calls, window: p.window },
      },
    ]
  },
})
