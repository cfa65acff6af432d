import { detail, flag, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'extensions',
  title: 'Extensions',
  doc: 'Extensions installed in this database, and the version that the files on the server would install.',
  scope: 'database',
  every: 'sweep',
  needs: 'any',
  rows: 'many',
  columns: {
    extension: label('Name of the extension'),
    schema: detail('Schema that it is in'),
    installed: detail('Version that the database has'),
    offered: optional(detail('Default version of the files; null where the server has none any more')),
    outdated: flag('The database has another version than the files offer'),
  },
  sql: {
    14: `
select e.extname as extension, n.nspname as schema, e.extversion as installed, a.default_version as offered,
  a.default_version is not null and a.default_version <> e.extversion as outdated
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
left join pg_available_extensions() a on a.name = e.extname
order by e.extname`,
  },
})
