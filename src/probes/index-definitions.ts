import { detail, flag, gauge, id, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

// Of TOAST tables only what REINDEX CONCURRENTLY left, told by the name: whether it is valid is known only after a dear join.
const sql = (nullsNotDistinct: string) => `
with building as materialized (
  select index_relid, case command when 'REINDEX CONCURRENTLY' then array[relid,
    (select reltoastrelid from pg_class where oid = relid), (select oid from pg_class where reltoastrelid = relid)] end as tables
  from pg_stat_progress_create_index where datname = current_database()
)
select x.indexrelid as oid,
  c.relname as name,
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
  not x.indimmediate as deferrable,
  ${nullsNotDistinct} as nulls_not_distinct,
  x.indisprimary as primary,
  x.indisexclusion as exclusion,
  x.indisvalid as valid,
  x.indisready as ready,
  x.indisreplident as replica_identity,
  x.indisclustered as clustered,
  x.indisprimary or x.indisexclusion
    or x.indexrelid in (select conindid from pg_constraint where contype = 'u') as constraint,
  x.indexrelid in (select conindid from pg_constraint where contype = 'f') as foreign_key_target,
  c.relispartition as partition,
  c.relkind = 'I' as partitioned,
  not x.indisvalid and case
    when x.indexrelid in (select index_relid from building) then true
    when c.relname ~ '_cc(new|old)\\d*$' and x.indrelid in (select unnest(tables) from building) then true
    when exists (select from building where index_relid is null) then null
    else false end as being_built
from pg_index x
join pg_class c on c.oid = x.indexrelid
join pg_am m on m.oid = c.relam
where c.relkind in ('i', 'I') and x.indexrelid >= 16384 and c.relpersistence <> 't'
  and (c.relnamespace <> 99 or c.relname like '%_cc%')`

export default defineProbe({
  name: 'index-definitions',
  title: 'Index definitions',
  doc: 'Name of each index, what it is made of, as numbers and node trees of the catalog, and what keeps it from being dropped. Of TOAST tables only those that a rebuild left.',
  scope: 'database',
  every: 'schema',
  needs: 'any',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the index'),
    name: label('Its name, unquoted; its schema and owner are those of its table'),
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
    deferrable: flag(
      'Its constraint may be checked as late as at the end of the transaction: the planner can not rely on it',
    ),
    nulls_not_distinct: flag('Unique with nulls taken as equal; PostgreSQL 15 and newer'),
    primary: flag('It is the primary key'),
    exclusion: flag('It enforces an exclusion constraint'),
    valid: flag('Queries may use it'),
    ready: flag('Changes of rows are written to it'),
    replica_identity: flag('Logical replication identifies rows by it'),
    clustered: flag('CLUSTER last ordered the table by it'),
    constraint: flag('It stands for a primary key, unique or exclusion constraint, which has its name'),
    foreign_key_target: flag('A foreign key refers to it'),
    partition: flag('It is part of the index of a partitioned parent'),
    partitioned: flag('It is the index of a partitioned parent, and has no storage itself'),
    // REINDEX TABLE CONCURRENTLY makes all new indexes of a table and its TOAST table, then works on one after the other.
    // Without pg_monitor which index others are building is hidden, and one in the making would look like a failed one.
    being_built: optional(
      flag(
        'Invalid because CREATE INDEX or REINDEX is at work on it now; null where builds of others are hidden',
      ),
    ),
  },
  sql: { 14: sql('false'), 15: sql('x.indnullsnotdistinct') },
})
