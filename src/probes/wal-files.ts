import { gauge } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'wal-files',
  title: 'WAL on disk',
  doc: 'Files in the WAL folder and their size: what is needed for recovery, standbys and archiving, and what is kept ready for use.',
  scope: 'instance',
  every: 'minute',
  needs: 'pg_monitor',
  rows: 'one',
  columns: {
    files: gauge('count', 'Files in the WAL folder'),
    size: gauge('bytes', 'Their size'),
  },
  sql: {
    14: 'select count(*) as files, coalesce(sum(size), 0) as size from pg_ls_waldir()',
  },
})
