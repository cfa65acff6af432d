import { detail, flag, id, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

/**
 * A default that casts what nextval (1574) gives to integer or smallint, and does nothing else with it, as a node tree of
 * the catalog. Oids of what is built in are the same in every cluster and version.
 */
const CASTS = `'{FUNCEXPR :funcid ___ :funcresulttype 2_ :funcretset false :funcvariadic false :funcformat _ :funccollid 0 :inputcollid 0 :args ({FUNCEXPR :funcid 1574 %'`

/** Equality of a key and a narrower column that refers to it: bigint and integer, integer and smallint, bigint and smallint. */
const NARROWING = '416, 533, 1868'

export default defineProbe({
  name: 'sequences',
  title: 'Sequences that can run out',
  doc: 'Sequences with an end that can be reached: its own, that of the narrowest smallint or integer column that it feeds (by a default or as an identity), or that of such a column that refers to the one it feeds by a foreign key, whichever comes first. Those that start over (CYCLE) before they meet such a column’s end, and those with room for 2^53 values, are left out.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the sequence'),
    schema: label('Schema of the sequence'),
    sequence: label('Name of the sequence'),
    table: optional(detail('Table with the narrowest column that takes its values; null where none does')),
    column: optional(detail('The column')),
    type: detail('Type of the column, else of the sequence itself'),
    refers: flag('The column takes the values through a foreign key, not from the sequence itself'),
    falling: flag('It counts downwards'),
    // Text: they may be below zero, or above what a number holds, and measure nothing.
    step: detail('How far apart two values are'),
    first: detail('Value that it begins its range with'),
    last: detail('Last value that both sequence and column can hold'),
  },
  sql: {
    // Looking a column up costs most: pg_attribute is wide. Where a sequence has no end of its own, only a narrow column can
    // give it one: a default shows that by its cast, a foreign key by its operator, and a btree on bigint (3124) shows
    // that an identity is none. A domain is as long as the type beneath it.
    14: `
with recursive s as materialized (
  select *, seqincrement > 0 as rises,
    seqcycle or case when seqincrement > 0 then seqmax else -(seqmin + 1) end > 9007199254740992 as wide
  from pg_sequence where seqrelid >= 16384
), feeds as materialized (
  select refobjid as seq, objid as def from pg_depend
  where classid = 'pg_attrdef'::regclass and refclassid = 'pg_class'::regclass and deptype = 'n'
), narrow as materialized (
  select oid, adrelid, adnum from pg_attrdef
  where adbin::text like ${CASTS} or adbin::text like '{COERCETODOMAIN :arg {FUNCEXPR :funcid %'
), refers as (
  select k.confrelid as rel, u.key, k.conrelid as child, u.num
  from pg_constraint k, unnest(k.confkey, k.conkey, k.conpfeqop) u(key, num, op)
  where k.contype = 'f' and k.conparentid = 0 and k.conpfeqop && '{${NARROWING}}' and u.op in (${NARROWING})
  union
  select k.confrelid, u.key, r.child, r.num
  from refers r
  join pg_constraint k on k.conrelid = r.rel and k.contype = 'f'
  join unnest(k.confkey, k.conkey) u(key, num) on u.num = r.key
), fed as materialized (
  select f.seq, n.adrelid as rel, n.adnum as num, 0 as how from feeds f join narrow n on n.oid = f.def
  union all
  select d.objid, d.refobjid, d.refobjsubid, 0
  from s
  join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = s.seqrelid and d.refclassid = 'pg_class'::regclass
    and d.deptype = 'i'
  where s.seqrelid not in (select seq from feeds) and not (s.wide
    and (d.refobjid, d.refobjsubid) in (select indrelid, indkey[0] from pg_index where indclass[0] = 3124))
  union all
  select coalesce(f.seq, d.objid), r.child, r.num, 1
  from refers r
  join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = r.rel and d.refobjsubid = r.key
    and d.classid in ('pg_class'::regclass, 'pg_attrdef'::regclass)
  left join feeds f on f.def = d.objid and d.classid = 'pg_attrdef'::regclass
), bounds as (
  select distinct on (seq) seq, rel, attname, atttypid, how, most
  from (
    select * from fed
    union all
    select f.seq, a.adrelid, a.adnum, 2
    from s
    join feeds f on f.seq = s.seqrelid
    join pg_attrdef a on a.oid = f.def
    where not s.wide and s.seqrelid not in (select seq from fed)
  ) f
  cross join lateral (
    select attname, atttypid, case when how < 2 then case attlen when 2 then 32767 when 4 then 2147483647 end end as most
    from pg_attribute where attrelid = rel and attnum = num limit 1
  ) a
  order by seq, most, how, rel, num
)
select c.oid, n.nspname as schema, c.relname as sequence,
  t.relname as table, b.attname as column, format_type(coalesce(b.atttypid, s.seqtypid), null) as type,
  coalesce(b.how = 1, false) as refers, not s.rises as falling, abs(s.seqincrement::numeric)::text as step,
  case when s.rises then s.seqmin else s.seqmax end::text as first, e.last::text as last
from s
left join bounds b on b.seq = s.seqrelid
cross join lateral (select case when rises then least(seqmax, most) else greatest(seqmin, -most - 1) end as last) e
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_class t on t.oid = b.rel
where c.relpersistence <> 't' and e.last between -9007199254740992 and 9007199254740992
  and (not s.seqcycle or e.last <> case when s.rises then s.seqmax else s.seqmin end)`,
  },
})
