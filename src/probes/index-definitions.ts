import { detail, flag, gauge, id, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

const sql = (nullsNotDistinct: string) => `
with building as materialized (
  select index_relid from pg_stat_progress_create_index where datname = current_database()
)
select x.indexrelid as oid,
  x.indrelid as table_oid,
  m.amname as method,
  x.indkey::text as keys,
  x.indnkeyatts as key_columns,
  x.indclass::text as classes,
  x.indcollation::text as collations,
  x.indoption::text as options,
  x.indexprs::text as expressions,
  x.indpred::text as predicate,
  x.indisunique as unique,
  ${nullsNotDistinct} as nulls_not_distinct,
  x.indisprimary as primary,
  x.indisexclusion as exclusion,
  x.indisvalid as valid,
  x.indisready as ready,
  x.indisreplident as replica_identity,
  x.indisclustered as clustered,
  u.conname as constraint,
  x.indexrelid in (select conindid from pg_constraint where contype = 'f') as foreign_key_target,
  c.relispartition as partition,
  exists (select from building b where b.index_relid = x.indexrelid) as being_built
from pg_index x
join pg_class c on c.oid = x.indexrelid
join pg_am m on m.oid = c.relam
left join pg_constraint u on u.conindid = x.indexrelid and u.contype in ('p', 'u', 'x')
where x.indexrelid >= 16384 and c.relpersistence <> 't' and c.relnamespace <> 99`

export default defineProbe({
  name: 'index-definitions',
  title: 'Index definitions',
  doc: 'What each index is made of, as numbers and node trees of the catalog, and what keeps it from being dropped.',
  scope: 'database',
  every: 'schema',
  // Without it the index builds of others are hidden, and an index in the making would look like a failed one.
  needs: 'pg_monitor',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the index'),
    table_oid: id('Oid of its table'),
    method: detail('Access method, such as btree'),
    keys: detail('Column numbers separated by spaces, included ones last; 0 is an expression'),
    key_columns: gauge('count', 'How many of the columns are keys; the rest are included ones'),
    classes: detail('Oids of the operator classes of the keys'),
    collations: detail('Oids of the collations of the keys'),
    options: detail('Order options of the keys: 1 descending, 2 nulls first, 3 both'),
    expressions: optional(detail('Expressions as a node tree of the catalog')),
    predicate: optional(detail('WHERE of a partial index as a node tree of the catalog')),
    unique: flag('It enforces uniqueness'),
    nulls_not_distinct: flag('Unique with nulls taken as equal; PostgreSQL 15 and newer'),
    primary: flag('It is the primary key'),
    exclusion: flag('It enforces an exclusion constraint'),
    valid: flag('Queries may use it'),
    ready: flag('Changes of rows are written to it'),
    replica_identity: flag('Logical replication identifies rows by it'),
    clustered: flag('CLUSTER last ordered the table by it'),
    constraint: optional(detail('Primary key, unique or exclusion constraint that it stands for')),
    foreign_key_target: flag('A foreign key refers to it'),
    partition: flag('It is part of the index of a partitioned parent'),
    being_built: flag('CREATE INDEX or REINDEX is at work on it now'),
  },
  sql: { 14: sql('false'), 15: sql('x.indnullsnotdistinct') },
})
