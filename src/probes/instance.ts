import { counter, flag, gauge, optional, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'

export default defineProbe({
  name: 'instance',
  title: 'Server',
  doc: 'The server as a whole: its start, its connection slots, its WAL and the oldest transaction that holds back VACUUM.',
  scope: 'instance',
  every: 'tick',
  needs: 'pg_monitor',
  rows: 'one',
  columns: {
    started_at: time('When the server was started'),
    in_recovery: flag('It is a standby, or still recovering'),
    max_connections: gauge('count', 'Connection slots in all'),
    reserved_connections: gauge('count', 'Slots that only superusers or privileged roles may take'),
    client_backends: gauge('count', 'Sessions of clients in all databases, ours included'),
    wal_position: optional(counter('bytes', 'WAL written since the cluster was made; null on a standby')),
    oldest_xmin_age: optional(
      gauge(
        'count',
        'Transactions since the oldest that any process, slot or prepared transaction still needs',
      ),
    ),
    process_xmin_age: optional(
      gauge(
        'count',
        'The same of processes of the server alone: background workers, ANALYZE by autovacuum, …',
      ),
    ),
  },
  history: ['wal_position', 'oldest_xmin_age'],
  sql: {
    // A VACUUM does not hold others back (PROC_IN_VACUUM in procarray.c), so its own snapshot is left out.
    14: `
with sessions as materialized (
  select count(*) filter (where backend_type = 'client backend') as clients,
    max(greatest(age(backend_xid), age(backend_xmin))) filter (where pid <> pg_backend_pid()
      and not (backend_type = 'autovacuum worker' and query like 'autovacuum: VACUUM%')) as xmin_age,
    max(greatest(age(backend_xid), age(backend_xmin))) filter (where backend_type <> 'client backend'
      and backend_type <> 'walsender'
      and not (backend_type = 'autovacuum worker' and query like 'autovacuum: VACUUM%')) as process_xmin_age
  from pg_stat_activity
), prepared as materialized (
  select max(age(transaction)) as xmin_age from pg_prepared_xacts
), slots as materialized (
  select max(greatest(age(xmin), age(catalog_xmin))) as xmin_age from pg_replication_slots
)
select extract(epoch from pg_postmaster_start_time())::float8 as started_at,
  pg_is_in_recovery() as in_recovery,
  current_setting('max_connections')::int as max_connections,
  current_setting('superuser_reserved_connections')::int
    + coalesce(current_setting('reserved_connections', true)::int, 0) as reserved_connections,
  sessions.clients as client_backends,
  case when not pg_is_in_recovery() then pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 end as wal_position,
  greatest(sessions.xmin_age, prepared.xmin_age, slots.xmin_age) as oldest_xmin_age,
  sessions.process_xmin_age
from sessions, prepared, slots`,
  },
})
