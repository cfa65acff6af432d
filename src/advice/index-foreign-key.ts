import { defineAdvice } from '../core/advice.ts'
import { formatCount } from '../core/format.ts'
import { qualifiedName, quoteIdentifier, shownName } from '../core/identifier.ts'
import unindexedForeignKeys from '../derived/unindexed-foreign-keys.ts'
import foreignKeyColumns from '../probes/foreign-key-columns.ts'

export default defineAdvice({
  name: 'index-foreign-key',
  title: 'Index a foreign key',
  doc: 'An index over the referring columns lets PostgreSQL find the rows that refer to one that is deleted. An index that serves a foreign key alone is never proposed for dropping.',
  needs: { keys: unindexedForeignKeys, columns: foreignKeyColumns },
  thresholds: { rows: 10_000 },
  recommend({ keys, columns }, { rows }, { server }) {
    if (server.role === 'standby') return []
    const large = keys.filter((k) => k.rows >= rows)
    if (large.length === 0) return []
    const namesOf = new Map(columns.map((c) => [c.oid, c.names]))
    return large.flatMap((k) => {
      const names = namesOf.get(k.oid)
      if (!names) return []
      const list = names.map(quoteIdentifier).join(', ')
      const table = qualifiedName(k.schema, k.table)
      return [
        {
          subject: `${shownName(k.schema, k.table)} ${k.constraint}`,
          summary: `No index of ${shownName(k.schema, k.table)} begins with ${names.join(', ')}, which refers to ${k.refers_to}.`,
          evidence: { refers_to: k.refers_to, rows: k.rows, size: k.size, deletes_there: k.deletes_there },
          gain: `A delete from ${k.refers_to} no longer reads ${formatCount(k.rows)} rows, nor does a join that starts there`,
          risk: `The index costs disk, and time at each write to ${k.table}.${k.partitioned ? ' Made on the partitioned table it blocks writes while it is built: make it on each partition with CONCURRENTLY first.' : ''}`,
          confidence: k.deletes_there > 0 ? ('high' as const) : ('low' as const),
          because:
            k.deletes_there > 0
              ? `${formatCount(k.deletes_there)} rows of ${k.refers_to} have been deleted since the statistics began.`
              : `Nothing has been deleted from ${k.refers_to} since the statistics began; only joins would gain.`,
          ...(k.partitioned
            ? { sql: [`CREATE INDEX ON ${table} (${list});`] }
            : {
                sql: [`CREATE INDEX CONCURRENTLY ON ${table} (${list});`],
                action: {
                  name: 'create-index-concurrently',
                  input: { schema: k.schema, table: k.table, columns: list },
                },
              }),
        },
      ]
    })
  },
})
