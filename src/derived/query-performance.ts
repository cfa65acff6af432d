import { gauge, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { pair } from '../core/given.ts'
import statements from '../probes/statements.ts'
import { statementDifferences } from './_statement-differences.ts'
import statementRates from './statement-rates.ts'

interface Weighted {
  readonly mean: number
  readonly calls: number
}

/** The least mean that at least this share of all calls does not exceed. Expects the means in ascending order. */
function quantile(ascending: readonly Weighted[], share: number, calls: number): number | null {
  let seen = 0
  for (const s of ascending) {
    seen += s.calls
    if (seen >= share * calls) return s.mean
  }
  return null
}

export default defineDerived({
  name: 'query-performance',
  title: 'Query performance',
  doc: 'Execution times between the last two samples. PostgreSQL keeps no percentiles: each call is counted with the mean of its statement in the window, and the percentiles are those of that distribution. Single slow calls of a statement that is fast on average do not show. Statements inside functions are not counted again: their callers’ time has theirs.',
  rows: 'one',
  from: { rates: statementRates, statements: pair(statements) },
  columns: {
    window: gauge('seconds', 'Time between the two samples'),
    calls: gauge('count', 'Executions in the window'),
    calls_rate: gauge('per_second', 'Executions per second'),
    average: optional(gauge('seconds', 'Mean execution time; none where nothing ran')),
    median: optional(gauge('seconds', 'Median of the calls, each counted with its statement’s mean')),
    p95: optional(gauge('seconds', '95th percentile, made the same way')),
    p99: optional(gauge('seconds', '99th percentile, made the same way')),
    slow_statements: gauge('count', 'Statements with a mean above the limit for slow ones'),
    statements: gauge('count', 'Statements that ran, without those inside functions'),
    gaps: gauge('count', 'Statements left out once because their counters were reset or evicted meanwhile'),
  },
  history: ['average', 'p95', 'calls_rate', 'slow_statements'],
  compute({ rates: listed, statements: both }) {
    const rates = listed.filter((r) => r.toplevel !== 'false')
    const calls = rates.reduce((sum, r) => sum + r.calls, 0)
    const total = rates.reduce((sum, r) => sum + r.total, 0)
    const ascending = [...rates].sort((a, b) => a.mean - b.mean)
    return [
      {
        window: both.seconds,
        calls,
        calls_rate: calls / both.seconds,
        average: calls === 0 ? null : total / calls,
        median: quantile(ascending, 0.5, calls),
        p95: quantile(ascending, 0.95, calls),
        p99: quantile(ascending, 0.99, calls),
        slow_statements: rates.filter((r) => r.slow).length,
        statements: rates.length,
        gaps: statementDifferences(both).gaps,
      },
    ]
  },
})
