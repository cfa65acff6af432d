import { gauge, label, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { fail } from '../core/outcome.ts'
import databases from '../probes/databases.ts'
import statisticsResets from '../probes/statistics-resets.ts'
import templateAges from '../probes/template-ages.ts'

export default defineDerived({
  name: 'checksum-failures',
  title: 'Checksum failures',
  doc: 'Corrupt blocks detected in each database, templates too, and in the catalogs that all of them share. Where checksums are off nothing is detected, and nothing is known.',
  rows: 'many',
  from: { databases, templates: maybe(templateAges), server: statisticsResets },
  columns: {
    subject: label('A database, or the shared catalogs'),
    failures: gauge('count', 'Blocks that did not match their checksum since the statistics were last reset'),
    since: optional(time('When these counters were last reset by command')),
  },
  compute({ databases, templates = [], server: [server] }) {
    const every = [
      ...databases.map((d) => ({ ...d, subject: `database ${d.database}`, since: d.stats_reset })),
      ...templates.map((t) => ({ ...t, subject: `database ${t.database}`, since: null })),
      {
        subject: 'shared catalogs',
        checksum_failures: server?.shared_checksum_failures ?? null,
        since: null,
      },
    ]
    const counted = every.flatMap(({ subject, checksum_failures: failures, since }) =>
      failures === null ? [] : [{ subject, failures, since }],
    )
    // PostgreSQL counts in each database or in none (pg_stat_get_db_checksum_failures).
    if (counted.length === 0)
      return fail('unsupported', 'not known: data checksums are off, so that damage goes unnoticed')
    return counted
  },
})
