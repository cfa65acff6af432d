import type { Query } from '../core/action.ts'
import { type Holder, matters, nameHolder } from '../core/horizon.ts'

/**
 * Who holds the oldest transaction that VACUUM must respect in this database, in words, or undefined where nobody does, by
 * default for long. Read at the moment of planning; the derived table xmin-horizon tells the same of the last tick.
 */
export async function horizonHolder(
  query: Query,
  least: (holder: Holder) => boolean = matters,
): Promise<string | undefined> {
  const rows = await query(
    `SELECT kind, holder, age, seconds FROM (
      SELECT 'session' AS kind, format('the session %s (pid %s)', coalesce(nullif(application_name, ''), usename, 'unnamed'), pid) AS holder,
        greatest(age(backend_xid), age(backend_xmin))::float8 AS age, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds
      FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()
        AND pid NOT IN (SELECT v.pid FROM pg_stat_progress_vacuum v)
      UNION ALL
      SELECT 'prepared transaction', format('the prepared transaction %s', gid), age(transaction)::float8,
        extract(epoch FROM clock_timestamp() - prepared)::float8
      FROM pg_prepared_xacts WHERE database = current_database()
      UNION ALL
      SELECT 'slot', format('the slot %s', slot_name), age(xmin)::float8, NULL FROM pg_replication_slots
      UNION ALL
      SELECT 'standby', format('a query on the standby %s', application_name), age(backend_xmin)::float8, NULL FROM pg_stat_replication
    ) AS holders WHERE age > 0 ORDER BY age DESC`,
  )
  const holders = rows.map(
    (r): Holder => ({
      kind: r.kind as Holder['kind'],
      holder: String(r.holder),
      age: Number(r.age),
      seconds: r.seconds === null ? null : Number(r.seconds),
    }),
  )
  const oldest = holders.find(least)
  return oldest && nameHolder(oldest)
}
