import { label, sqlText } from '../core/columns.ts'
import { defineProbe, type ReadRows } from '../core/probe.ts'

const MOST = 1000
const COSTLIEST = 500

const live = (read: ReadRows) => new Set(read('statements').map((row) => row.query_id as string))

const costliest = (read: ReadRows): string[] =>
  read('statements')
    .toSorted((a, b) => Number(b.exec_seconds) - Number(a.exec_seconds))
    .slice(0, COSTLIEST)
    .map((row) => row.query_id as string)

export default defineProbe({
  name: 'statement-texts',
  title: 'Statement texts',
  doc: 'The normalised text of each statement, fetched once. Constants are replaced by $1, $2, ….',
  scope: 'instance',
  every: 'lookup',
  needs: 'pg_monitor',
  extension: 'pg_stat_statements',
  rows: 'many',
  columns: {
    query_id: label('Identifier of the statement, a 64-bit number'),
    query: sqlText('The text, at most 10,000 characters; empty where the server has lost it'),
  },
  lookup: {
    // Of those that ran, and at first of the costliest so far: a full pg_stat_statements holds megabytes of texts that nobody will look at.
    wants(read) {
      const known = new Set(read('statement-texts').map((row) => row.query_id))
      const ran = new Set(read('statement-rates').map((row) => row.query_id as string))
      if (known.size === 0) for (const key of costliest(read)) ran.add(key)
      return [...ran].filter((key) => !known.has(key)).slice(0, MOST)
    },
    key: (row) => row.query_id as string,
    live,
  },
  sql: {
    14: `
select distinct on (queryid) queryid::text as query_id,
  coalesce(left(query, 10000), '') as query
from pg_stat_statements(true)
where queryid = any($1::bigint[])
order by queryid, calls desc`,
  },
})
