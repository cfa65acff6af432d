import { label, sqlText } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { thisDatabase } from './_sql.ts'

export default defineProbe({
  name: 'session-texts',
  title: 'Statement texts of sessions',
  doc: 'Texts of statements that sessions of this database ran last, with their literals. Asked for only where the texts of pg_stat_statements can not be read: PostgreSQL converts those of all databases before it gives one, so that a single one that this database’s encoding does not have hides them all.',
  scope: 'database',
  every: 'lookup',
  needs: 'pg_monitor',
  extension: 'pg_stat_statements',
  rows: 'many',
  columns: {
    query_id: label('Identifier of the statement, a 64-bit number'),
    query: sqlText('The text, at most 10,000 characters'),
  },
  lookup: {
    wants(read) {
      if (read('statement-texts').length > 0) return []
      const known = new Set(read('session-texts').map((row) => row.query_id))
      return read('statement-rates')
        .map((row) => row.query_id as string)
        .filter((key) => !known.has(key))
    },
    key: (row) => row.query_id as string,
    live: (read) => new Set(read('statements').map((row) => row.query_id as string)),
  },
  sql: {
    14: `
select distinct on (a.query_id) a.query_id::text as query_id,
  left(a.query, 10000) as query
from pg_stat_activity a
where a.query_id = any($1::bigint[]) and a.datid = ${thisDatabase}
order by a.query_id, a.query_start desc`,
  },
})
