import { detail, id, label, reference } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'table-names',
  title: 'Names of tables',
  doc: 'Schema, name and owner of each table and materialised view. Without system, TOAST and temporary ones. Names of indexes come with their definitions.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the table'),
    schema: label('Name of its schema, unquoted'),
    name: label('Its name, unquoted'),
    kind: detail('r table, p partitioned parent, m materialised view'),
    owner: detail('Role that owns it'),
    toast_oid: reference('Oid of its TOAST table; 0 where it has none'),
  },
  sql: {
    14: `
select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind, pg_get_userbyid(c.relowner) as owner,
  c.reltoastrelid as toast_oid
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and c.oid >= 16384 and c.relpersistence <> 't' and c.relnamespace <> 99`,
  },
})
