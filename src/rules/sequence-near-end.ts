import { formatCount, formatRatio, plural } from '../core/format.ts'
import { quoteIdentifier, shownName } from '../core/identifier.ts'
import { type Failure, fail } from '../core/outcome.ts'
import { type Blindness, type Breach, defineRule } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import sequenceUsage from '../derived/sequence-usage.ts'
import { above } from './_grade.ts'

/** What has been used up: where another table's column is the narrow one, not the sequence itself. */
function spent(s: Row<typeof sequenceUsage>, used: string): string {
  if (!s.table || !s.column) return ` has given out ${used} of its values`
  const column = `${s.table}.${s.column} (${s.type})`
  return s.refers
    ? ` has given out ${used} of the values that ${column} can hold, which refers to them by a foreign key`
    : `, which feeds ${column}, has given out ${used} of its values`
}

export default defineRule({
  name: 'sequence-near-end',
  title: 'Sequence near its end',
  doc: 'The sequence, or a smallint or integer column that takes its values, has few left: a column that it feeds, or one that refers to such a column by a foreign key. When they are gone every insert fails, and changing the column’s type then rewrites the table while nobody can use it. Those that start over before are not meant.',
  remedy:
    'Change the column to bigint while there is time: add a bigint column, fill it in batches, swap the two; and the columns of other tables that refer to it. Where only the sequence is narrow, ALTER SEQUENCE … AS bigint or a larger MAXVALUE is enough.',
  needs: { sequences: sequenceUsage },
  thresholds: { warning: 0.75, critical: 0.9 },
  deductions: { warning: 5, critical: 15 },
  check({ sequences }, thresholds) {
    return sequences.flatMap((s): Breach[] => {
      const severity = s.used === null ? undefined : above(s.used, thresholds)
      if (s.used === null || !severity) return []
      return [
        {
          subject: `sequence ${shownName(s.schema, s.sequence)}`,
          severity,
          value: s.used,
          unit: 'ratio',
          summary: `The sequence ${shownName(s.schema, s.sequence)}${spent(s, formatRatio(s.used))}; ${formatCount(s.left ?? 0)} ${s.left === 1 ? 'is' : 'are'} left.`,
          evidence: {
            last_value: s.last_value,
            last: s.last,
            table: s.table,
            column: s.column,
            type: s.type,
            refers: s.refers,
          },
        },
      ]
    })
  },
  blindTo({ sequences }, { server }) {
    const all = plural(sequences.length, 'sequence')
    const of = (state: string) => sequences.filter((s) => s.state === state)
    const blind = (failure: Failure): Blindness => ({ ...failure, table: sequenceUsage.name })
    const [denied, locked, pending] = [of('denied'), of('locked'), of('pending')]
    if (denied.length > 0)
      return blind(
        fail(
          'denied',
          `the values of ${denied.length} of ${all} may not be read`,
          `GRANT pg_read_all_data TO ${quoteIdentifier(server.user)};`,
        ),
      )
    const [first] = locked
    if (first) {
      const name = shownName(first.schema, first.sequence)
      return blind(fail('timeout', `${locked.length} of ${all} are locked, ${name} first`))
    }
    if (pending.length > 0)
      return blind(fail('pending', `the values of ${pending.length} of ${all} are still to be read`))
    return undefined
  },
})
