import { counter, gauge, id, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

const sql = (lastScan: string) => `
select c.oid,
  x.indrelid as table_oid,
  c.relpages as pages,
  pg_stat_get_numscans(c.oid) as scans,
  pg_stat_get_blocks_fetched(c.oid) as blocks_fetched,
  pg_stat_get_blocks_hit(c.oid) as blocks_hit,
  ${lastScan} as last_scan
from pg_class c
join pg_index x on x.indexrelid = c.oid
where c.oid >= 16384 and c.relkind = 'i' and c.relpersistence <> 't' and c.relnamespace <> 99`

export default defineProbe({
  name: 'indexes',
  title: 'Index counters',
  doc: 'Size and use of each index. Without those of system, TOAST and temporary tables, and of partitioned parents, which have no storage.',
  scope: 'database',
  every: 'minute',
  needs: 'any',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the index'),
    table_oid: id('Oid of its table'),
    pages: gauge('count', 'Pages of 8 kB as of the last VACUUM, ANALYZE or build'),
    scans: counter('count', 'Scans begun; checking uniqueness is not one'),
    blocks_fetched: counter('count', 'Blocks of the index asked for'),
    blocks_hit: counter('count', 'Of these, found in shared buffers'),
    last_scan: optional(time('Last scan; PostgreSQL 16 and newer')),
  },
  sql: { 14: sql('null::float8'), 16: sql('extract(epoch from pg_stat_get_lastscan(c.oid))::float8') },
})
