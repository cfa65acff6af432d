import { defineRule } from '../core/rule.ts'
import invalidIndexes from '../derived/invalid-indexes.ts'

export default defineRule({
  name: 'invalid-index',
  title: 'Invalid index',
  doc: 'An index that no query may use, but that each write may still have to keep up. It is left behind when CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY fails; making it again with IF NOT EXISTS does nothing.',
  remedy: 'Drop it with DROP INDEX CONCURRENTLY and make it again, then look whether the new one is valid.',
  needs: { indexes: invalidIndexes },
  thresholds: {},
  deductions: { warning: 5 },
  check({ indexes }) {
    return indexes.map((i) => ({
      subject: `index ${i.schema}.${i.index}`,
      severity: 'warning' as const,
      value: 1,
      unit: 'count' as const,
      summary: `The index ${i.schema}.${i.index} on ${i.table} is invalid${i.leftover_of ? `: left behind by a failed rebuild of ${i.leftover_of}` : ''}.`,
      evidence: { table: i.table, size: i.size, leftover_of: i.leftover_of, kept_because: i.kept_because },
    }))
  },
})
