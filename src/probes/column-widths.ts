import { flag, gauge, id, list, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

/** Smaller ones waste nothing that matters, and there are most of them. 1 MiB. */
const LEAST_PAGES = 128

export default defineProbe({
  name: 'column-widths',
  title: 'Widths of columns',
  doc: 'How wide the columns of each table and index of at least 1 MiB are, and those of tables with such an index, from the planner’s statistics, with pages and rows of the same moment: what an estimate of wasted space is made from. No values are read. Lists follow the order of the columns, dropped ones included; they are empty for indexes without expressions, whose columns are their table’s.',
  scope: 'database',
  // The statistics change with ANALYZE and not with the schema.
  every: 'sweep',
  needs: 'pg_read_all_data',
  rows: 'many',
  columns: {
    oid: id('Oid of the table, materialised view or index'),
    pages: gauge('count', 'Pages as of the last VACUUM, ANALYZE or build'),
    tuples: gauge('count', 'Estimated rows or index entries as of then; -1: never looked at'),
    lengths: list<number>('Bytes; -1 variable, -2 a C string, -3 variable and never with a short header'),
    alignments: list<number>('What the column is aligned to: 1, 2, 4 or 8 bytes'),
    widths: list<number>('Mean bytes of a value that is not null; -1: no statistics'),
    nulls: list<number>('Share of nulls, 0 to 1; 1 for a dropped column'),
    distinct: list<number>('Distinct values; below zero: out of the rows, negated'),
    deduplicates: optional(
      flag('A B-tree whose operator classes and collations let equal keys be stored once; null for tables'),
    ),
  },
  sql: {
    // pg_statistic and not the view, which checks privileges row by row. Columns are read of tables, and of indexes with
    // expressions, whose statistics are the index's own; the others have their table's. Support function 4 (equalimage)
    // says that equal keys have equal bytes.
    14: `
with unequal as materialized (
  select coalesce(array_agg(o.oid), '{}') as classes
  from pg_opclass o
  where o.opcmethod = (select oid from pg_am where amname = 'btree') and not exists (
    select from pg_amproc p where p.amprocfamily = o.opcfamily and p.amproclefttype = o.opcintype
      and p.amprocrighttype = o.opcintype and p.amprocnum = 4)
), vague as materialized (
  select coalesce(array_agg(oid), '{}') as collations from pg_collation where not collisdeterministic
), large as materialized (
  select c.oid, c.relpages, c.reltuples, c.relkind, x.indrelid, x.indexprs is not null as expressions,
    not (x.indclass::oid[] && u.classes or x.indcollation::oid[] && v.collations) as deduplicates
  from unequal u, vague v, pg_class c
  left join pg_index x on x.indexrelid = c.oid
  where c.oid >= 16384 and c.relkind in ('r', 'm', 'i') and c.relpersistence <> 't' and c.relnamespace <> 99
    and c.relpages >= ${LEAST_PAGES}
), wanted as (
  select oid, relpages, reltuples, relkind, expressions, deduplicates from large
  union all
  select c.oid, c.relpages, c.reltuples, c.relkind, null, null from pg_class c
  where c.relkind in ('r', 'm') and c.relpages < ${LEAST_PAGES} and c.oid in (select indrelid from large)
)
select c.oid,
  c.relpages as pages,
  c.reltuples::float8 as tuples,
  coalesce(w.lengths, '[]') as lengths,
  coalesce(w.alignments, '[]') as alignments,
  coalesce(w.widths, '[]') as widths,
  coalesce(w.nulls, '[]') as nulls,
  coalesce(w.distinct_values, '[]') as distinct,
  case when c.relkind = 'i' then coalesce(c.deduplicates, false) end as deduplicates
from wanted c
left join lateral (
  select
    json_agg(case when a.attlen = -1 and a.attstorage = 'p' then -3 else a.attlen end order by a.attnum) as lengths,
    json_agg(case a.attalign when 'd' then 8 when 'i' then 4 when 's' then 2 else 1 end order by a.attnum) as alignments,
    json_agg(case when a.attisdropped then 0 else coalesce(s.stawidth, -1) end order by a.attnum) as widths,
    json_agg(case when a.attisdropped then 1 else coalesce(s.stanullfrac, 0) end order by a.attnum) as nulls,
    json_agg(coalesce(s.stadistinct, -1) order by a.attnum) as distinct_values
  from pg_attribute a
  left join pg_statistic s on s.starelid = a.attrelid and s.staattnum = a.attnum and not s.stainherit
  where a.attrelid = c.oid and a.attnum > 0
) w on c.relkind <> 'i' or c.expressions`,
  },
})
