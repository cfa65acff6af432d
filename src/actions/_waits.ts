import type { Precondition, Query } from '../core/action.ts'
import { formatSeconds } from '../core/format.ts'

/** Older transactions than this, in seconds, are unlikely to end soon. */
const OLD = 60

/**
 * CONCURRENTLY waits for every transaction that uses the table and, while an index is built, for every older snapshot in
 * the database. One that has been open for long is named now, rather than waited for in vain.
 */
export async function noOldTransaction(
  query: Query,
  tableOid: number,
  waitsFor: 'snapshots' | 'users of the table',
  old = OLD,
): Promise<Precondition> {
  const [oldest] = await query(
    `SELECT who, age FROM (
      SELECT format('session %s (%s, %s)', a.pid, coalesce(nullif(application_name, ''), usename, 'unknown'), state) AS who,
        extract(epoch FROM clock_timestamp() - xact_start)::float8 AS age
      FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
        AND a.backend_type IN ('client backend', 'walsender') AND (($2 AND a.backend_xmin IS NOT NULL)
          OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.relation = $1::oid))
      UNION ALL
      SELECT format('the prepared transaction %L', gid), extract(epoch FROM clock_timestamp() - prepared)::float8
      FROM pg_prepared_xacts WHERE database = current_database()
    ) AS holders WHERE age > $3 ORDER BY age DESC LIMIT 1`,
    [tableOid, waitsFor === 'snapshots', old],
  )
  const name = 'no old transaction'
  if (!oldest) {
    return {
      name,
      holds: true,
      detail: `No transaction older than ${formatSeconds(old)} would have to be waited for`,
    }
  }
  const age = formatSeconds(Number(oldest.age))
  return {
    name,
    holds: false,
    detail: `It would wait for ${String(oldest.who)}, open for ${age}: let it end, or end it, first`,
  }
}
