import { gauge, id } from '../core/columns.ts'
import { defineProbe, type ReadRows } from '../core/probe.ts'
import { lookupByOid } from './_lookup.ts'
import { locked } from './_sql.ts'

const TOP = 20

/** Bytes of a row, for tables whose pages nothing has counted yet: it decides only which tables are looked at. */
const ROW = 100

/** The tables with most pages, TOAST included. Indexes are not counted: ranking needs no join. */
function largest(read: ReadRows): Set<number> {
  const top: { readonly oid: number; readonly size: number }[] = []
  for (const row of read('tables')) {
    const oid = row.oid as number
    const size = row.pages === 0 ? (row.live as number) * ROW : (row.size as number)
    const last = top[TOP - 1]
    if (last && (size < last.size || (size === last.size && oid > last.oid))) continue
    // Few get this far: there is no need to sort them all.
    top.push({ oid, size })
    top.sort((a, b) => b.size - a.size || a.oid - b.oid)
    top.length = Math.min(top.length, TOP)
  }
  return new Set(top.map((table) => table.oid))
}

export default defineProbe({
  name: 'relation-sizes',
  title: 'Sizes of the largest tables',
  doc: 'Exact size on disk of the 20 tables with most pages, or most rows where nothing has counted the pages yet. A table that is locked exclusively is left out.',
  scope: 'database',
  every: 'lookup',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the table'),
    heap: gauge('bytes', 'The table itself with its free space and visibility maps'),
    indexes: gauge('bytes', 'All its indexes'),
    toast: gauge('bytes', 'Its TOAST table with the index of that'),
    total: gauge('bytes', 'All of it'),
  },
  lookup: lookupByOid('relation-sizes', largest),
  sql: {
    // The sum and not pg_total_relation_size: the parts then always add up, and each file is looked at once.
    14: `
with locked as materialized (${locked})
select oid, heap, indexes, toast, heap + indexes + toast as total
from (
  select c.oid,
    pg_relation_size(c.oid, 'main') + pg_relation_size(c.oid, 'fsm')
      + pg_relation_size(c.oid, 'vm') + pg_relation_size(c.oid, 'init') as heap,
    pg_indexes_size(c.oid) as indexes,
    case when c.reltoastrelid = 0 then 0 else pg_total_relation_size(c.reltoastrelid) end as toast
  from pg_class c
  where c.oid = any($1::oid[])
    and not exists (select from locked l where l.relation in (c.oid, c.reltoastrelid))
    and not exists (
      select from pg_index x join locked l on l.relation = x.indexrelid
      where x.indrelid in (c.oid, c.reltoastrelid))
  offset 0
) s
where heap is not null and indexes is not null and toast is not null
order by oid`,
  },
})
