import { counter, gauge, id, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

/** The later of two moments in whole seconds: made as a bigint, which is far cheaper to write than a float. */
const later = (a: string, b: string) => `${epoch(`greatest(${a}, ${b})`)}::bigint`

export default defineProbe({
  name: 'relations',
  title: 'Table counters',
  doc: 'Size, use and vacuum state of each table, materialised view, partitioned parent and TOAST table. Without system and temporary ones, and without TOAST tables that were never vacuumed: each table with a text has one, and most of these never hold a value.',
  scope: 'database',
  every: 'minute',
  needs: 'any',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the relation'),
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
    last_vacuum: optional(time('Last VACUUM, by hand or by autovacuum')),
    last_analyze: optional(time('Last ANALYZE, by hand or by autovacuum')),
  },
  sql: {
    // Half of all rows are TOAST tables: asking for their counters to leave them out would cost as much as reading them.
    // Conditions are tried in their order: those first that most of pg_class fails, since it is indexes, sequences and empty TOAST tables.
    14: `
select c.oid,
  greatest(c.relpages, 0) as pages,
  c.reltuples::bigint as tuples,
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
  ${later('pg_stat_get_last_vacuum_time(c.oid)', 'pg_stat_get_last_autovacuum_time(c.oid)')} as last_vacuum,
  ${later('pg_stat_get_last_analyze_time(c.oid)', 'pg_stat_get_last_autoanalyze_time(c.oid)')} as last_analyze
from pg_class c
where c.relkind <> 'i' and c.relkind <> 'S' and (c.relkind <> 't' or c.relpages > 0)
  and c.oid >= 16384 and c.relpersistence <> 't' and c.relkind in ('r', 'p', 'm', 't')`,
  },
})
