import { formatRatio, formatSeconds, plural, shorten } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { defineRule } from '../core/rule.ts'
import statementRates from '../derived/statement-rates.ts'
import databases from '../probes/databases.ts'

export default defineRule({
  name: 'slow-query',
  title: 'Slow statement',
  doc: 'A statement whose mean execution time between the last two samples is above the limit set as limits.slowQuery. One inside a function is said to be: it is its caller that takes the time.',
  remedy:
    'Look at its plan with EXPLAIN: most often an index is missing, or it reads far more rows than it returns.',
  needs: { statements: statementRates, databases: maybe(databases) },
  thresholds: { most: 20 },
  deductions: {},
  check({ statements, databases = [] }, { most }, { server }) {
    const names = new Map(databases.map((d) => [d.oid, d.database]))
    const elsewhere = (name: string | undefined) =>
      name === undefined || name === server.database ? '' : ` in the database ${name}`
    // The same statement of several roles and databases is one finding: that where it is slowest.
    const worst = new Map<string, (typeof statements)[number]>()
    for (const s of statements)
      if (s.slow && s.mean > (worst.get(s.query_id)?.mean ?? 0)) worst.set(s.query_id, s)
    return [...worst.values()]
      .sort((a, b) => b.total - a.total)
      .slice(0, most)
      .map((s) => ({
        subject: `statement ${s.query_id}`,
        severity: 'info' as const,
        value: s.mean,
        unit: 'seconds' as const,
        summary: `${s.query ? shorten(s.query, 80) : `Statement ${s.query_id}`} took ${formatSeconds(s.mean)} on average over ${plural(s.calls, 'execution')}${s.toplevel === 'false' ? ' inside a function' : ''}${elsewhere(names.get(s.database_id))}, ${formatRatio(s.share)} of all execution time.`,
        evidence: {
          query: s.query,
          user: s.user,
          database: names.get(s.database_id) ?? null,
          toplevel: s.toplevel,
          mean: s.mean,
          calls: s.calls,
          share: s.share,
          rows_per_call: s.rows_per_call,
          stddev: s.stddev,
          max: s.max,
        },
      }))
  },
})
