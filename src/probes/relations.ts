import { counter, detail, gauge, id, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

export default defineProbe({
  name: 'relations',
  title: 'Table counters',
  doc: 'Size, use and vacuum state of each table, materialised view, partitioned parent and TOAST table. Without system and temporary ones, and without TOAST tables that are empty and young.',
  scope: 'database',
  every: 'minute',
  needs: 'any',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the relation'),
    kind: detail('r table, p partitioned parent, m materialised view, t TOAST table'),
    pages: gauge('count', 'Pages of 8 kB as of the last VACUUM or ANALYZE'),
    tuples: gauge('count', 'Estimated rows as of the last VACUUM or ANALYZE; -1: never looked at'),
    seq_scans: counter('count', 'Sequential scans begun'),
    seq_rows: counter('count', 'Live rows read by sequential scans'),
    rows_inserted: counter('count', 'Rows inserted'),
    rows_updated: counter('count', 'Rows updated'),
    rows_hot_updated: counter('count', 'Rows updated without touching an index'),
    rows_deleted: counter('count', 'Rows deleted'),
    live: gauge('count', 'Estimated live rows'),
    dead: gauge('count', 'Estimated dead rows'),
    changed_since_analyze: gauge('count', 'Rows changed since the last ANALYZE'),
    inserted_since_vacuum: gauge('count', 'Rows inserted since the last VACUUM'),
    blocks_fetched: counter('count', 'Blocks of the relation itself asked for'),
    blocks_hit: counter('count', 'Of these, found in shared buffers'),
    last_vacuum: optional(time('Last VACUUM by hand')),
    last_autovacuum: optional(time('Last VACUUM by autovacuum')),
    last_analyze: optional(time('Last ANALYZE by hand')),
    last_autoanalyze: optional(time('Last ANALYZE by autovacuum')),
    vacuums: counter('count', 'VACUUMs by hand and by autovacuum'),
    xid_age: optional(
      gauge('count', 'Age of its oldest unfrozen transaction id; null where it has no storage'),
    ),
    toast_oid: id('Oid of its TOAST table; 0 where it has none'),
  },
  sql: {
    // Each table with a text has a TOAST table, and most of these have never held a value: half of all rows.
    14: `
select c.oid,
  c.relkind as kind,
  greatest(c.relpages, 0) as pages,
  c.reltuples::float8 as tuples,
  pg_stat_get_numscans(c.oid) as seq_scans,
  pg_stat_get_tuples_returned(c.oid) as seq_rows,
  pg_stat_get_tuples_inserted(c.oid) as rows_inserted,
  pg_stat_get_tuples_updated(c.oid) as rows_updated,
  pg_stat_get_tuples_hot_updated(c.oid) as rows_hot_updated,
  pg_stat_get_tuples_deleted(c.oid) as rows_deleted,
  pg_stat_get_live_tuples(c.oid) as live,
  pg_stat_get_dead_tuples(c.oid) as dead,
  pg_stat_get_mod_since_analyze(c.oid) as changed_since_analyze,
  pg_stat_get_ins_since_vacuum(c.oid) as inserted_since_vacuum,
  pg_stat_get_blocks_fetched(c.oid) as blocks_fetched,
  pg_stat_get_blocks_hit(c.oid) as blocks_hit,
  floor(${epoch('pg_stat_get_last_vacuum_time(c.oid)')}) as last_vacuum,
  floor(${epoch('pg_stat_get_last_autovacuum_time(c.oid)')}) as last_autovacuum,
  floor(${epoch('pg_stat_get_last_analyze_time(c.oid)')}) as last_analyze,
  floor(${epoch('pg_stat_get_last_autoanalyze_time(c.oid)')}) as last_autoanalyze,
  pg_stat_get_vacuum_count(c.oid) + pg_stat_get_autovacuum_count(c.oid) as vacuums,
  case when c.relfrozenxid <> '0' then age(c.relfrozenxid) end as xid_age,
  c.reltoastrelid as toast_oid
from pg_class c
where c.oid >= 16384 and c.relkind in ('r', 'p', 'm', 't') and c.relpersistence <> 't'
  and (c.relkind <> 't' or c.relpages > 0 or pg_stat_get_tuples_inserted(c.oid) > 0
    or age(c.relfrozenxid) > 100000000)`,
  },
})
