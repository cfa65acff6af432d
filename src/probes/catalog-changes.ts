import { detail } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { thisDatabase } from './_sql.ts'

export default defineProbe({
  name: 'catalog-changes',
  title: 'Schema changes',
  doc: 'A token that changes when the schema may have: tables, columns, indexes, constraints, sequences or schemas, or an index build that began or ended.',
  scope: 'database',
  every: 'tick',
  needs: 'any',
  rows: 'one',
  columns: {
    token: detail('Equal tokens: facts about the schema need not be fetched again'),
  },
  sql: {
    // A failed CREATE INDEX CONCURRENTLY writes nothing when it ends: hence the running builds.
    14: `
select concat_ws('.',
  sum(pg_stat_get_tuples_inserted(oid)),
  sum(pg_stat_get_tuples_updated(oid)),
  sum(pg_stat_get_tuples_deleted(oid)),
  (select string_agg(pid::text, ',' order by pid)
    from pg_stat_get_progress_info('CREATE INDEX') where datid = ${thisDatabase})) as token
from unnest('{pg_class,pg_index,pg_attribute,pg_constraint,pg_namespace,pg_sequence}'::regclass[]) as oid`,
  },
})
