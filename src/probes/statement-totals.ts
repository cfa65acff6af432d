import { counter, gauge, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'statement-totals',
  title: 'Statements in total',
  doc: 'Sums over the entries of pg_stat_statements, without the statements inside functions, which are part of their callers. They shrink when entries are evicted, which the evictions tell.',
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  extension: 'pg_stat_statements',
  rows: 'one',
  columns: {
    entries: gauge('count', 'Entries, those of statements inside functions too'),
    calls: counter('count', 'Times that they were executed'),
    exec_seconds: counter('seconds', 'Time spent executing them'),
    rows: counter('count', 'Rows returned or changed by them'),
    evictions: counter('count', 'Times that the least used entries were dropped for lack of room'),
    stats_reset: optional(time('When all entries were last reset')),
  },
  sql: {
    14: `
select s.entries, s.calls, s.exec_seconds, s.rows, i.dealloc as evictions,
  extract(epoch from i.stats_reset)::float8 as stats_reset
from (
  select count(*) as entries, coalesce(sum(calls) filter (where toplevel), 0) as calls,
    coalesce(sum(total_exec_time) filter (where toplevel), 0) / 1000 as exec_seconds,
    coalesce(sum(rows) filter (where toplevel), 0) as rows
  from pg_stat_statements(false)
) s, pg_stat_statements_info i`,
  },
})
