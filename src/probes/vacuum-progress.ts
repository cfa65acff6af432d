import { detail, gauge, id, label } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { thisDatabase } from './_sql.ts'

export default defineProbe({
  name: 'vacuum-progress',
  title: 'Running VACUUMs',
  doc: 'How far each running VACUUM is, manual or automatic, in all databases.',
  scope: 'instance',
  every: 'tick',
  needs: 'pg_monitor',
  rows: 'many',
  columns: {
    pid: id('Process id of the backend'),
    relation: label('Table; its oid where it is in another database'),
    phase: detail('What it is doing, such as scanning heap'),
    blocks_total: gauge('count', 'Blocks of the table'),
    blocks_scanned: gauge('count', 'Blocks gone through'),
    blocks_vacuumed: gauge('count', 'Blocks cleaned up'),
  },
  sql: {
    14: `
select v.pid,
  coalesce(n.nspname || '.' || c.relname, v.relid::text) as relation,
  v.phase,
  v.heap_blks_total as blocks_total,
  v.heap_blks_scanned as blocks_scanned,
  v.heap_blks_vacuumed as blocks_vacuumed
from pg_stat_progress_vacuum v
left join pg_class c on c.oid = v.relid and v.datid = ${thisDatabase}
left join pg_namespace n on n.oid = c.relnamespace
order by v.pid`,
  },
})
