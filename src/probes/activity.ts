import { detail, gauge, id, optional, sqlText, time } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { secondsSince, thisEncoding } from './_sql.ts'

export default defineProbe({
  name: 'activity',
  title: 'Sessions',
  doc: 'Sessions of clients in all databases: what each is doing, for how long, and what it holds. Our own is left out.',
  scope: 'instance',
  every: 'tick',
  needs: 'pg_monitor',
  rows: 'many',
  columns: {
    pid: id('Process id of the backend; may be used again later'),
    backend_start: time('When the session began; with the pid it identifies the session'),
    database: optional(detail('Database that the session is connected to')),
    user: optional(detail('Role that logged in')),
    application: detail('application_name that the client gave; empty where it gave none'),
    client: optional(detail('Address of the client; null for a Unix socket')),
    state: optional(detail('active, idle, idle in transaction, idle in transaction (aborted), …')),
    wait_event_type: optional(detail('What kind of thing it waits for, such as Lock, IO or Client')),
    wait_event: optional(detail('What it waits for')),
    backend_age: gauge('seconds', 'Since the session began'),
    transaction_age: optional(gauge('seconds', 'Since its open transaction began')),
    query_age: optional(gauge('seconds', 'Since its running statement began; null unless active')),
    state_age: optional(gauge('seconds', 'Since its state last changed: how long an idle session is idle')),
    query_id: optional(detail('Identifier of the statement in pg_stat_statements')),
    query: optional(
      sqlText(
        'The running or last statement, with its literals, at most 1,000 characters; null in a database of another encoding, whose bytes mean something else here',
      ),
    ),
    locks: gauge(
      'count',
      'Locks on relations and other objects, and advisory locks, that it holds; those on its own ids are left out',
    ),
    xmin_age: optional(gauge('count', 'Transactions since the oldest that it keeps VACUUM from cleaning up')),
  },
  sql: {
    14: `
with held as materialized (
  select pid, count(*) as locks from pg_locks where locktype in ('relation', 'advisory', 'object') and granted group by pid
)
select a.pid,
  extract(epoch from a.backend_start)::float8 as backend_start,
  a.datname as database,
  a.usename as user,
  coalesce(a.application_name, '') as application,
  host(a.client_addr) as client,
  a.state,
  a.wait_event_type,
  a.wait_event,
  ${secondsSince('a.backend_start')} as backend_age,
  ${secondsSince('a.xact_start')} as transaction_age,
  case when a.state = 'active' then ${secondsSince('a.query_start')} end as query_age,
  ${secondsSince('a.state_change')} as state_age,
  a.query_id::text as query_id,
  case when d.encoding = (${thisEncoding}) then left(a.query, 1000) end as query,
  coalesce(h.locks, 0) as locks,
  greatest(age(a.backend_xid), age(a.backend_xmin)) as xmin_age
from pg_stat_activity a
left join pg_database d on d.oid = a.datid
left join held h on h.pid = a.pid
where a.backend_type = 'client backend' and a.pid <> pg_backend_pid()
order by a.backend_start, a.pid`,
  },
})
