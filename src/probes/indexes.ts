import { counter, gauge, id, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch } from './_sql.ts'

const sql = (lastScan: string) => `
select c.oid,
  c.relpages as pages,
  pg_stat_get_numscans(c.oid) as scans,
  ${lastScan} as last_scan
from pg_class c
where c.relkind = 'i' and c.oid >= 16384 and c.relpersistence <> 't' and c.relnamespace <> 99`

export default defineProbe({
  name: 'indexes',
  title: 'Index counters',
  doc: 'Size and use of each index; its table is told with its name. Without those of system, TOAST and temporary tables, and of partitioned parents, which have no storage.',
  scope: 'database',
  every: 'minute',
  needs: 'any',
  rows: 'many',
  large: true,
  columns: {
    oid: id('Oid of the index'),
    pages: gauge('count', 'Pages of 8 kB as of the last VACUUM, ANALYZE or build'),
    scans: counter('count', 'Scans begun; checking uniqueness is not one'),
    last_scan: optional(time('Last scan; PostgreSQL 16 and newer')),
  },
  sql: { 14: sql('null::bigint'), 16: sql(`${epoch('pg_stat_get_lastscan(c.oid)')}::bigint`) },
})
