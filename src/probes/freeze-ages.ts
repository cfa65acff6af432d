import { detail, flag, gauge, id, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

/** How much earlier than others a table must be frozen: the age that it sets for itself against the server's. */
const hurry = `case when c.reloptions is null then 1 else greatest(1, (
    select max(current_setting(o.option_name)::float8 / greatest(o.option_value::float8, 1))
    from pg_options_to_table(c.reloptions) o
    where o.option_name in ('autovacuum_freeze_max_age', 'autovacuum_multixact_freeze_max_age'))) end`

const option = (name: string): string => `coalesce(
    (select o.option_value::float8 from pg_options_to_table(a.reloptions) o where o.option_name = '${name}'),
    (select o.option_value::float8 from pg_options_to_table(h.reloptions) o where o.option_name = '${name}'))`

export default defineProbe({
  name: 'freeze-ages',
  title: 'Oldest tables',
  doc: 'The twenty tables of this database whose oldest row has waited longest to be frozen, by transaction or by multixact id, or sooner where they ask for it. System catalogs, TOAST and temporary tables count too: any one of them holds the whole database back.',
  scope: 'database',
  every: 'sweep',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the relation'),
    schema: detail('Schema; of a TOAST table that of its table'),
    table: detail('Table; of a TOAST table the table that it belongs to'),
    toast: flag('It is the TOAST table of that table'),
    temporary: flag('It is temporary: only its own session can VACUUM it'),
    pages: gauge('count', 'Pages of 8 kB as of the last VACUUM or ANALYZE'),
    xid_age: gauge('count', 'Age of its oldest unfrozen transaction id'),
    multixact_age: gauge('count', 'Age of its oldest multixact id'),
    freeze_max_age: optional(gauge('count', 'Its own autovacuum_freeze_max_age; null where it sets none')),
    multixact_freeze_max_age: optional(
      gauge('count', 'Its own autovacuum_multixact_freeze_max_age; null where it sets none'),
    ),
  },
  sql: {
    // Ages are told of the twenty alone: each is a function that would be called twice for every table.
    // A TOAST table is named after the oid of its table: looking for the owner would be one more scan each.
    14: `
with oldest as materialized (
  select c.oid, c.relnamespace, c.relname, c.relkind, c.relpersistence, c.relpages, c.reloptions,
    c.relfrozenxid, c.relminmxid
  from pg_class c
  where c.relfrozenxid <> '0'
  order by greatest(age(c.relfrozenxid), mxid_age(c.relminmxid)) * ${hurry} desc, c.oid
  limit 20
), a as materialized (
  select *, age(relfrozenxid) as xid_age, mxid_age(relminmxid) as multixact_age from oldest
)
select a.oid,
  n.nspname as schema,
  coalesce(h.relname, a.relname) as table,
  a.relkind = 't' as toast,
  a.relpersistence = 't' as temporary,
  greatest(a.relpages, 0) as pages,
  a.xid_age,
  a.multixact_age,
  ${option('autovacuum_freeze_max_age')} as freeze_max_age,
  ${option('autovacuum_multixact_freeze_max_age')} as multixact_freeze_max_age
from a
left join pg_class h on a.relkind = 't' and h.oid = substring(a.relname from '^pg_toast_(\\d+)$')::oid
  and h.reltoastrelid = a.oid
join pg_namespace n on n.oid = coalesce(h.relnamespace, a.relnamespace)
order by greatest(a.xid_age, a.multixact_age) desc, a.oid`,
  },
})
