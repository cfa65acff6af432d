import { detail, flag, id, label, reference } from '../core/columns.ts'
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
    extension: flag('An extension made it, or the schema that it is in'),
  },
  sql: {
    14: `
with m as (select classid, objid from pg_depend where refclassid = 'pg_extension'::regclass and deptype = 'e')
select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind, pg_get_userbyid(c.relowner) as owner,
  c.reltoastrelid as toast_oid, c.oid in (select objid from m where classid = 'pg_class'::regclass)
    or n.oid in (select objid from m where classid = 'pg_namespace'::regclass) as extension
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and c.oid >= 16384 and c.relpersistence <> 't' and c.relnamespace <> 99`,
  },
})
