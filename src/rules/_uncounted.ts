import { formatCount, plural } from '../core/format.ts'
import { shownName } from '../core/identifier.ts'
import { fail } from '../core/outcome.ts'
import type { Blindness } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import uncountedTables from '../derived/uncounted-tables.ts'

/** What a rule about dead or changed rows can't see: tables whose counters were lost. */
export function blindToUncounted(tables: readonly Row<typeof uncountedTables>[]): Blindness | undefined {
  const largest = [...tables].sort((a, b) => b.tuples - a.tuples)[0]
  if (!largest) return undefined
  const { schema, table, tuples } = largest
  const lost = `the counters of ${plural(tables.length, 'table')} were lost in a crash or reset; the largest is ${shownName(schema, table)} (${formatCount(tuples)} rows)`
  return { ...fail('missing', lost, 'ANALYZE;'), table: uncountedTables.name }
}
