import { gauge, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

export default defineProbe({
  name: 'wal-files',
  title: 'WAL on disk',
  doc: 'Files in the WAL folder and their size: what is needed for recovery, standbys and archiving, and what is kept ready for use; and which of them wait to be archived.',
  scope: 'instance',
  every: 'minute',
  needs: 'pg_monitor',
  rows: 'one',
  columns: {
    files: gauge('count', 'Files in the WAL folder'),
    size: gauge('bytes', 'Their size'),
    waiting: gauge('count', 'Complete ones that wait to be archived; none where archive_mode is off'),
    waiting_since: optional(time('When the oldest of these was completed')),
  },
  sql: {
    // Without archiving the second folder is not read.
    14: `
select w.*, a.*
from (select count(*) as files, coalesce(sum(size), 0) as size from pg_ls_waldir()) w, (
  select count(*) as waiting, ${epoch('min(modification)')} as waiting_since
  from pg_ls_archive_statusdir() where current_setting('archive_mode') <> 'off' and name like '%.ready') a`,
  },
})
