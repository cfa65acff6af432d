import { counter } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

const sum = (counted: string, kinds: string) =>
  `coalesce(sum(pg_stat_get_blocks_${counted}(c.oid)) filter (where c.relkind ${kinds}), 0)`

export default defineProbe({
  name: 'buffer-totals',
  title: 'Blocks asked for in total',
  doc: 'Blocks that were asked for and those found in shared buffers, over all tables and over all indexes. Without system, TOAST and temporary ones.',
  scope: 'database',
  every: 'sweep',
  needs: 'any',
  rows: 'one',
  columns: {
    table_fetched: counter('count', 'Blocks of tables and materialised views asked for'),
    table_hit: counter('count', 'Of these, found in shared buffers'),
    index_fetched: counter('count', 'Blocks of indexes asked for'),
    index_hit: counter('count', 'Of these, found in shared buffers'),
  },
  sql: {
    14: `
select ${sum('fetched', `<> 'i'`)} as table_fetched,
  ${sum('hit', `<> 'i'`)} as table_hit,
  ${sum('fetched', `= 'i'`)} as index_fetched,
  ${sum('hit', `= 'i'`)} as index_hit
from pg_class c
where c.oid >= 16384 and c.relkind in ('r', 'm', 'i') and c.relpersistence <> 't' and c.relnamespace <> 99`,
  },
})
