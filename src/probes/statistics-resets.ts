import { counter, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch, thisDatabase } from './_sql.ts'

const sql = (serverReset: string) => `
select ${epoch(`pg_stat_get_db_stat_reset_time(${thisDatabase})`)} as database_reset,
  ${epoch(serverReset)} as bgwriter_reset,
  ${epoch('pg_postmaster_start_time()')} as started_at,
  pg_stat_get_db_checksum_failures(0) as shared_checksum_failures`

export default defineProbe({
  name: 'statistics-resets',
  title: 'Resets of statistics',
  doc: 'From when the counters of this database count. A crash empties them all and moves only the reset of the background writer. With it the one counter that belongs to no database.',
  scope: 'database',
  every: 'minute',
  needs: 'any',
  rows: 'one',
  columns: {
    database_reset: optional(time('Reset of the counters of this database by command; null: never')),
    bgwriter_reset: optional(
      time('Reset of the counters of background writer or checkpointer, by command, crash or initdb'),
    ),
    started_at: time('When the server was started'),
    shared_checksum_failures: optional(
      counter(
        'count',
        'Corrupt blocks detected in the catalogs that all databases share; null where checksums are off',
      ),
    ),
  },
  sql: {
    14: sql('pg_stat_get_bgwriter_stat_reset_time()'),
    17: sql('greatest(pg_stat_get_bgwriter_stat_reset_time(), pg_stat_get_checkpointer_stat_reset_time())'),
  },
})
