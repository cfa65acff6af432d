import { detail, id, label, reference } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'relation-names',
  title: 'Names of tables and indexes',
  doc: 'Schema, name and owner of each table, materialised view and index, and which of them belong together. Without system, TOAST and temporary ones.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the relation'),
    schema: label('Name of its schema, unquoted'),
    name: label('Its name, unquoted'),
    kind: detail(
      'r table, p partitioned parent, m materialised view, i index, I index of a partitioned parent',
    ),
    owner: detail('Role that owns it'),
    table_oid: reference('Oid of the table of an index; 0 for others'),
    toast_oid: reference('Oid of its TOAST table; 0 where it has none'),
  },
  sql: {
    14: `
select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind, pg_get_userbyid(c.relowner) as owner,
  coalesce(x.indrelid, 0) as table_oid,
  c.reltoastrelid as toast_oid
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_index x on x.indexrelid = c.oid
where c.oid >= 16384 and c.relkind in ('r', 'p', 'm', 'i', 'I') and c.relpersistence <> 't'
  and c.relnamespace <> 99`,
  },
})
