import { numbersOf } from '../core/column-rows.ts'
import type { Pair } from '../core/given.ts'
import type { Row } from '../core/table.ts'
import type statements from '../probes/statements.ts'
import { type Differences, differences } from './_differences.ts'

export type Statement = Row<typeof statements>

const COUNTERS = [
  'calls',
  'exec_seconds',
  'plan_seconds',
  'rows',
  'hit_blocks',
  'read_blocks',
  'temp_blocks',
  'read_seconds',
  'wal_bytes',
] as const

export type StatementCounter = (typeof COUNTERS)[number]

const spec = {
  counters: COUNTERS,
  since: (s: Statement) => s.stats_since,
  key: (s: Statement) => `${s.user_id}/${s.database_id}/${s.query_id}/${s.toplevel}`,
  same: (a: Statement, b: Statement) =>
    a.query_id === b.query_id &&
    a.user_id === b.user_id &&
    a.database_id === b.database_id &&
    a.toplevel === b.toplevel,
}

/** By newer and older sample, both held weakly: each older one was once a newer one, and none would ever be let go of. */
const known = new WeakMap<readonly Statement[], WeakMap<readonly Statement[], StatementDifferences>>()

type StatementDifferences = Differences<Statement, StatementCounter>

/**
 * What each statement that ran did between two samples. A statement that is new, or whose counters began anew, counts from
 * zero only where that is sure to have been in between: by its own beginning (PostgreSQL 17 and newer), or because
 * no entry was dropped, which is how evictions and resets show.
 */
export function statementDifferences(both: Pair<Statement>): StatementDifferences {
  const earlier = known.get(both.now)?.get(both.before)
  if (earlier) return earlier
  const beginnings = numbersOf(both.before, 'stats_since')
  let began = 0
  for (let at = 0; at < beginnings.length; at++) began = Math.max(began, beginnings[at] || 0)
  const found = differences(both, {
    ...spec,
    keep: () => false,
    // Whatever the older sample didn't have began after all that it had.
    fromZero: (s, isNew, intact) => (s.stats_since === null ? isNew && intact : s.stats_since >= began),
  })
  known.set(both.now, new WeakMap([[both.before, found]]))
  return found
}
