import { flag, gauge, label } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'database-size',
  title: 'Database sizes',
  doc: 'Exact size on disk of each database that the role may look at, the connected one always. WAL is not part of it.',
  scope: 'instance',
  every: 'sweep',
  needs: 'any',
  rows: 'many',
  columns: {
    database: label('Name of the database'),
    size: gauge('bytes', 'Size of all its files in all tablespaces'),
    current: flag('The database that we are connected to'),
  },
  history: ['size'],
  sql: {
    14: `
select database, size, current
from (
  select datname as database, pg_database_size(oid) as size, datname = current_database() as current
  from pg_database
  where not datistemplate
    and (has_database_privilege(oid, 'CONNECT') or pg_has_role('pg_read_all_stats', 'USAGE'))
  offset 0
) d
where size is not null
order by database`,
  },
})
