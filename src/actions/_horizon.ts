import type { Query } from '../core/action.ts'
import { formatSeconds } from '../core/format.ts'

/** Who holds the oldest snapshot that VACUUM must respect, with its age, or undefined where none is older than a minute. */
export async function snapshotHolder(query: Query): Promise<string | undefined> {
  const [oldest] = await query(
    `SELECT who, age FROM (
      SELECT format('session %s (%s, %s)', pid, coalesce(nullif(application_name, ''), usename, 'unknown'), state) AS who,
        extract(epoch FROM clock_timestamp() - xact_start)::float8 AS age
      FROM pg_stat_activity WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()
        AND backend_type IN ('client backend', 'walsender')
      UNION ALL
      SELECT format('the prepared transaction %L', gid), extract(epoch FROM clock_timestamp() - prepared)::float8
      FROM pg_prepared_xacts WHERE database = current_database()
    ) AS holders WHERE age > 60 ORDER BY age DESC LIMIT 1`,
  )
  return oldest && `${String(oldest.who)}, for ${formatSeconds(Number(oldest.age))}`
}
