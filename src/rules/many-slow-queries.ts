import { formatCount, formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import queryPerformance from '../derived/query-performance.ts'

export default defineRule({
  name: 'many-slow-queries',
  title: 'Many slow statements',
  doc: 'Many different statements are slow at once. One slow statement is that statement’s fault; many together point at something they share: locks, the disk, memory, or missing statistics.',
  remedy:
    'See what the sessions wait for. When nothing is waited for, take the statements one by one, those with the greatest share of the time first.',
  needs: { performance: queryPerformance },
  thresholds: { statements: 10 },
  deductions: { warning: 15 },
  check({ performance: [p] }, { statements }, { limits }) {
    if (!p || p.slow_statements <= statements) return []
    return [
      {
        subject: 'instance',
        severity: 'warning',
        value: p.slow_statements,
        unit: 'count',
        summary: `${formatCount(p.slow_statements)} statements took more than ${formatSeconds(limits.slowQuery)} on average over the last ${formatSeconds(p.window)}.`,
        evidence: { slow_statements: p.slow_statements, statements: p.statements, window: p.window },
      },
    ]
  },
})
