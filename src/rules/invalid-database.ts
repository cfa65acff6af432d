import { quoteIdentifier } from '../core/identifier.ts'
import { defineRule } from '../core/rule.ts'
import databases from '../probes/databases.ts'

export default defineRule({
  name: 'invalid-database',
  title: 'Invalid database',
  doc: 'A DROP DATABASE was interrupted when part of the files was gone. Nobody can connect to what is left, and VACUUM can not reach it; it takes disk space and nothing else.',
  remedy: 'Drop it: DROP DATABASE finishes what was begun.',
  needs: { databases },
  thresholds: {},
  deductions: {},
  check({ databases }) {
    return databases
      .filter((d) => d.invalid)
      .map(({ database }) => ({
        subject: `database ${database}`,
        severity: 'info' as const,
        value: 1,
        unit: 'none' as const,
        summary: `The database ${database} is what an interrupted DROP DATABASE has left: DROP DATABASE ${quoteIdentifier(database)};`,
        evidence: { database },
      }))
  },
})
