import { id, list } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'storage-parameters',
  title: 'Storage parameters',
  doc: 'What was set for single tables, TOAST tables and indexes by WITH (…) or ALTER TABLE … SET (…): fill factors and how autovacuum treats them, and what an index was made with. Only those with any.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the table, TOAST table or index'),
    options: list<string>(
      'Each as name=value, as it was written; 1.name=value is one of the operator class of the first column',
    ),
  },
  sql: {
    // Neither tables (access method 0 or 2) nor B-trees (403), which most are, have parameters of operator classes; the others are higher.
    14: `
select oid, to_json(options) as options
from (
  select c.oid, c.reloptions || case when c.relkind in ('i', 'I') then
    (select array_agg(a.attnum || '.' || o) from pg_attribute a, unnest(a.attoptions) o where a.attrelid = c.oid)
    end as options
  from pg_class c
  where c.oid >= 16384 and c.relkind in ('r', 'p', 'm', 'i', 'I', 't') and c.relpersistence <> 't'
    and (c.reloptions is not null or c.relam > 403)
  offset 0
) c
where options is not null`,
  },
})
