import { defineAdvice } from '../core/advice.ts'
import { formatBytes, formatDay, formatSeconds } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { shownName } from '../core/identifier.ts'
import duplicateIndexes from '../derived/duplicate-indexes.ts'
import unusedIndexes from '../derived/unused-indexes.ts'
import indexDdl from '../probes/index-ddl.ts'
import { dropAndRestore } from './_index-ddl.ts'

const DAY = 86_400

export default defineAdvice({
  name: 'drop-unused-index',
  title: 'Drop an unused index',
  doc: 'Each index costs disk, memory and time at every write. One that no query has used for long can go. Says nothing while the statistics are too young to tell, nor of small indexes.',
  needs: {
    unused: unusedIndexes,
    duplicates: maybe(duplicateIndexes),
    ddl: maybe(indexDdl),
  },
  thresholds: { days: 14, size: 1024 ** 2 },
  recommend({ unused, duplicates = [], ddl }, { days, size }, { server }) {
    // A standby can't drop anything, and its counters say nothing of the primary's queries.
    if (server.role === 'standby') return []
    const told = new Set(duplicates.map((d) => d.oid))
    return unused
      .filter((i) => i.seconds >= days * DAY && i.size >= size && !told.has(i.oid))
      .map((i) => {
        const told = {
          subject: `index ${shownName(i.schema, i.index)}`,
          evidence: {
            table: shownName(i.schema, i.table),
            size: i.size,
            scans: 0,
            statistics_since: formatDay(i.since),
          },
          gain: `${formatBytes(i.size)} of disk, and less work for each write to ${i.table}`,
          risk: `A query that runs more seldom than every ${formatSeconds(i.seconds)} may need it${i.expression ? '; the planner also loses statistics on its expression' : ''}.${i.partitioned ? ' Dropping it locks the partitioned table for a moment.' : ''}`,
        }
        // Each server counts only its own queries: unused here is not unused.
        if (i.unwatched !== null)
          return {
            ...told,
            summary: `The index ${shownName(i.schema, i.index)} on ${i.table} (${formatBytes(i.size)}) is unused here; standby ${i.unwatched} is not watched.`,
            confidence: 'low' as const,
            because:
              'A standby counts for itself and may use it. Let pgtend watch it too, then there is a verdict.',
          }
        return {
          ...told,
          summary: `No query has used the index ${shownName(i.schema, i.index)} on ${i.table} (${formatBytes(i.size)}) for ${formatSeconds(i.seconds)}.`,
          confidence: 'medium' as const,
          because: `Nothing scanned it since ${formatDay(i.since)}, on this server and on every standby, but PostgreSQL does not tell when it was made.`,
          ...dropAndRestore(i, ddl),
          ...(i.partitioned
            ? {}
            : { action: { name: 'drop-index', input: { schema: i.schema, index: i.index } } }),
        }
      })
  },
})
