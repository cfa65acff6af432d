import { gauge } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'temp-files',
  title: 'Temporary files on disk',
  doc: 'Temporary files that exist now in all tablespaces, written by sorts and hashes that did not fit into work_mem.',
  scope: 'instance',
  every: 'minute',
  needs: 'pg_monitor',
  rows: 'one',
  columns: {
    files: gauge('count', 'Temporary files'),
    size: gauge('bytes', 'Their size'),
  },
  history: ['size'],
  sql: {
    14: `
select count(*) as files, coalesce(sum(f.size), 0) as size
from pg_tablespace t, pg_ls_tmpdir(t.oid) f
where t.spcname <> 'pg_global'`,
  },
})
