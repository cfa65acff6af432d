import { detail, id } from '../core/columns.ts'
import { defineProbe, type ReadRows } from '../core/probe.ts'
import { lookupByOid } from './_lookup.ts'
import { locked } from './_sql.ts'

/** The tables of indexes that an advice may want to drop, and so to make again. */
const TABLES = ['unused-indexes', 'duplicate-indexes', 'invalid-indexes']

/** The largest of each: nobody reads more, and each definition opens the index and its table. */
const MOST = 100

const live = (read: ReadRows) => new Set(TABLES.flatMap((name) => largest(read(name))))

const largest = (rows: ReturnType<ReadRows>): number[] =>
  rows
    .toSorted((a, b) => Number(b.size ?? 0) - Number(a.size ?? 0))
    .slice(0, MOST)
    .map((row) => row.oid as number)

export default defineProbe({
  name: 'index-ddl',
  title: 'Index statements',
  doc: 'The statement that makes an index again, for those that might be dropped. Left out while the table is locked.',
  scope: 'database',
  every: 'lookup',
  needs: 'any',
  rows: 'many',
  columns: {
    oid: id('Oid of the index'),
    definition: detail('CREATE INDEX as PostgreSQL writes it'),
  },
  lookup: lookupByOid('index-ddl', live),
  sql: {
    14: `
with locked as materialized (${locked})
select oid, definition
from (
  select x.indexrelid as oid, pg_get_indexdef(x.indexrelid) as definition
  from pg_index x
  where x.indexrelid = any($1::oid[])
    and not exists (select from locked l where l.relation in (x.indexrelid, x.indrelid))
  offset 0
) d
where definition is not null
order by oid`,
  },
})
