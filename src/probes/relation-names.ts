import { detail, id, label } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'relation-names',
  title: 'Names of tables and indexes',
  doc: 'Schema, name and owner of each table, materialised view and index. Without system, TOAST and temporary ones.',
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
  },
  sql: {
    14: `
select c.oid, n.nspname as schema, c.relname as name, c.relkind as kind, pg_get_userbyid(c.relowner) as owner
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.oid >= 16384 and c.relkind in ('r', 'p', 'm', 'i', 'I') and c.relpersistence <> 't'
  and c.relnamespace <> 99`,
  },
})
