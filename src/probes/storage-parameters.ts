import { id, list } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'storage-parameters',
  title: 'Storage parameters',
  doc: 'What was set for single tables, TOAST tables and indexes by WITH (…) or ALTER TABLE … SET (…): fill factors and how autovacuum treats them. Only those with any.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the table, TOAST table or index'),
    options: list<string>('Each as name=value, as it was written'),
  },
  sql: {
    14: `
select c.oid, to_json(c.reloptions) as options
from pg_class c
where c.oid >= 16384 and c.relkind in ('r', 'p', 'm', 'i', 't') and c.relpersistence <> 't'
  and c.reloptions is not null`,
  },
})
