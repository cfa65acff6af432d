import { gauge, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { fail } from '../core/outcome.ts'
import databases from '../probes/databases.ts'

export default defineDerived({
  name: 'checksum-failures',
  title: 'Checksum failures',
  doc: 'Corrupt blocks detected in each database. Where checksums are off nothing is detected, and nothing is known.',
  rows: 'many',
  from: { databases },
  columns: {
    database: label('Name of the database'),
    failures: gauge('count', 'Blocks that did not match their checksum since the statistics were last reset'),
    since: optional(time('When these counters were last reset by command')),
  },
  compute({ databases }) {
    const counted = databases.flatMap(({ database, checksum_failures: failures, stats_reset: since }) =>
      failures === null ? [] : [{ database, failures, since }],
    )
    // PostgreSQL counts in each database or in none (pg_stat_get_db_checksum_failures).
    if (counted.length === 0 && databases.length > 0)
      return fail('unsupported', 'not known: data checksums are off, so that damage goes unnoticed')
    return counted
  },
})
