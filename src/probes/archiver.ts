import { counter, detail, flag, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

export default defineProbe({
  name: 'archiver',
  title: 'WAL archiver',
  doc: 'Whether WAL files are copied away, and what became of the last. Archived WAL without a base backup is no backup.',
  scope: 'instance',
  every: 'minute',
  needs: 'any',
  rows: 'one',
  columns: {
    on: flag('archive_mode is on here; on a standby only where it is always'),
    configured: flag('archive_command or archive_library says how'),
    archived: counter('count', 'WAL files archived'),
    failed: counter('count', 'Attempts that failed'),
    last_archived_wal: optional(detail('WAL file archived last')),
    last_archived_at: optional(time('When that was')),
    last_failed_wal: optional(detail('WAL file that failed last')),
    last_failed_at: optional(time('When that was')),
    stats_reset: optional(time('When these counters began')),
  },
  sql: {
    14: `
select case when pg_is_in_recovery() then current_setting('archive_mode') = 'always'
    else current_setting('archive_mode') <> 'off' end as on,
  current_setting('archive_command') <> '' or coalesce(current_setting('archive_library', true), '') <> '' as configured,
  archived_count as archived,
  failed_count as failed,
  last_archived_wal,
  ${epoch('last_archived_time')} as last_archived_at,
  last_failed_wal,
  ${epoch('last_failed_time')} as last_failed_at,
  ${epoch('stats_reset')} as stats_reset
from pg_stat_archiver`,
  },
})
