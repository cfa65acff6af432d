import { formatCount } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import { defineRule } from '../core/rule.ts'
import unindexedForeignKeys from '../derived/unindexed-foreign-keys.ts'
import foreignKeyColumns from '../probes/foreign-key-columns.ts'

export default defineRule({
  name: 'unindexed-foreign-key',
  title: 'Foreign key without an index',
  doc: 'PostgreSQL makes no index for the referring columns of a foreign key. Without one each delete of a row referred to reads the whole referring table, and holds its lock meanwhile. Small tables are left alone; it is a warning where rows are indeed deleted, else only said.',
  remedy:
    'CREATE INDEX CONCURRENTLY over the referring columns, in any order and first in the index. Leave it where nothing is ever deleted from the table referred to and no query joins the two.',
  needs: { keys: unindexedForeignKeys, columns: maybe(foreignKeyColumns) },
  thresholds: { rows: 10_000, deletes: 0 },
  deductions: { warning: 2 },
  check({ keys, columns = [] }, thresholds) {
    return keys
      .filter((k) => k.rows >= thresholds.rows)
      .map((k) => {
        const names = columns.find((c) => c.oid === k.oid)?.names
        const deletes = k.deletes_there > thresholds.deletes
        return {
          subject: `${shownName(k.schema, k.table)} ${k.constraint}`,
          severity: deletes ? ('warning' as const) : ('info' as const),
          value: k.rows,
          unit: 'count' as const,
          summary: `No index serves the foreign key ${k.constraint} of ${shownName(k.schema, k.table)} to ${k.refers_to}${names ? ` (${names.join(', ')})` : ''}: each delete there reads ${formatCount(k.rows)} rows.`,
          evidence: { refers_to: k.refers_to, rows: k.rows, size: k.size, deletes_there: k.deletes_there },
        }
      })
  },
})
