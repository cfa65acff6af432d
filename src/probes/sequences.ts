import { detail, flag, id, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'sequences',
  title: 'Sequences that can run out',
  doc: 'Sequences with an end that can be reached: its own or that of the smallint or integer column that it feeds (serial or identity), whichever comes first. Those that start over (CYCLE) and those with room for 2^53 values are left out.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the sequence'),
    schema: label('Schema of the sequence'),
    sequence: label('Name of the sequence'),
    table: optional(detail('Table with the column that it feeds; null where it feeds none')),
    column: optional(detail('The column')),
    type: detail('Type of the column, else of the sequence itself'),
    falling: flag('It counts downwards'),
    // Text: they may be below zero, which no measurement of a server is.
    first: detail('Value that it begins its range with'),
    last: detail('Last value that both sequence and column can hold'),
  },
  sql: {
    // Looking a column up costs most: pg_attribute is wide. Where a sequence has no end of its own, only an integer column
    // can give it one, and an index on bigint shows without a look that the column is none.
    14: `
with owned as materialized (
  select s.seqrelid, s.seqtypid, s.seqincrement > 0 as rises, s.seqmin, s.seqmax,
    case when s.seqincrement > 0 then s.seqmax else -(s.seqmin + 1) end > 9007199254740992 as wide,
    d.refobjid as relation, d.refobjsubid::int2 as attnum
  from pg_sequence s
  left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.seqrelid and d.objsubid = 0
    and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
  where not s.seqcycle and s.seqrelid >= 16384
), on_bigint as materialized (
  select x.indrelid, x.indkey[0] as attnum
  from pg_index x
  where x.indclass[0] = (
    select o.oid from pg_opclass o
    where o.opcname = 'int8_ops' and o.opcmethod = (select oid from pg_am where amname = 'btree')
      and o.opcnamespace = 'pg_catalog'::regnamespace)
), bounds as (
  select s.*, a.attname, coalesce(a.atttypid, s.seqtypid) as type,
    case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647
      else 9223372036854775807 end as most
  from owned s
  left join lateral (
    -- Whatever a sequence feeds has a default or is an identity.
    select attname, atttypid from pg_attribute
    where attrelid = s.relation and attnum = s.attnum and (atthasdef or attidentity <> '')
    limit 1
  ) a on true
  where not s.wide or (s.relation is not null and (s.relation, s.attnum) not in (select indrelid, attnum from on_bigint))
), ends as (
  select *, case when rises then seqmin else seqmax end as first,
    case when rises then least(seqmax, most) else greatest(seqmin, -most - 1) end as last
  from bounds
)
select c.oid, n.nspname as schema, c.relname as sequence,
  t.relname as table, e.attname as column, format_type(e.type, null) as type,
  not e.rises as falling, e.first::text as first, e.last::text as last
from ends e
join pg_class c on c.oid = e.seqrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_class t on t.oid = e.relation and e.attname is not null
where c.relpersistence <> 't' and e.last between -9007199254740992 and 9007199254740992`,
  },
})
