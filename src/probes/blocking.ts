import { detail, gauge, id, list, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { secondsSince, thisDatabase } from './_sql.ts'

export default defineProbe({
  name: 'blocking',
  title: 'Sessions waiting for a lock',
  doc: 'Each backend that waits for a heavyweight lock, and the processes that block it as PostgreSQL itself tells.',
  scope: 'instance',
  every: 'tick',
  needs: 'any',
  rows: 'many',
  columns: {
    pid: id('Process id of the waiting backend'),
    blocked_by: list<number>('Process ids of those that block it directly; 0 is a prepared transaction'),
    kinds: list<string>(
      'What the waiting backend is, and then each of those: such as walsender; of an autovacuum what it does, unless its database has another encoding; empty for a prepared transaction and where hidden',
    ),
    prepared: optional(
      list<string>('Names of the prepared transactions that hold the same lock; null where none blocks it'),
    ),
    prepared_modes: optional(list<string>('The mode that each of these holds it in, in the same order')),
    waiting: gauge('seconds', 'Since it began to wait'),
    mode: detail('Lock mode that it waits for, such as ShareLock'),
    lock_type: detail('What the lock is on: relation, tuple, transactionid, advisory, …'),
    relation: optional(detail('Table or index concerned; null where none is known or in another database')),
    database: optional(detail('Database of the waiting backend')),
  },
  sql: {
    // pg_blocking_pids stops the lock manager for a moment, so once for each waiting backend. No blocker left: it has
    // its lock by now. A wait for a row is a wait for its transaction: the held tuple lock tells the table. A prepared
    // transaction has no process: all its locks have one virtual transaction, also that on its own transaction id. Backends
    // are asked for one by one, which costs nothing while nobody waits; shared memory holds texts in their encoding.
    14: `
with locks as materialized (
  select * from pg_locks where not granted or locktype = 'tuple' or pid is null
), waiting as materialized (
  select *, pg_blocking_pids(pid) as blockers from locks where not granted
)
select w.pid,
  b.pids as blocked_by,
  b.kinds,
  p.gids as prepared,
  p.modes as prepared_modes,
  coalesce(${secondsSince('w.waitstart')}, 0) as waiting,
  w.mode,
  w.locktype as lock_type,
  r.name as relation,
  b.database
from waiting w
left join lateral (
  select json_agg(u.pid order by nth) filter (where nth > 1) as pids,
    json_agg(coalesce(
      case when backend_type = 'autovacuum worker' and pg_encoding_to_char(encoding) = getdatabaseencoding()
        then query else backend_type end, ''
    ) order by nth) as kinds,
    min(datname) filter (where nth = 1) as database
  from (select pid, min(nth) as nth from unnest(w.pid || w.blockers) with ordinality as u(pid, nth) group by pid) u
  left join pg_stat_get_activity(u.pid) s on true
  left join pg_database d on d.oid = datid
) b on true
left join lateral (
  select n.nspname || '.' || c.relname as name
  from (
    select w.database, w.relation where w.relation is not null
    union all
    select t.database, t.relation from locks t
    where w.relation is null and t.pid = w.pid and t.granted
    limit 1
  ) l
  join pg_class c on c.oid = l.relation
  join pg_namespace n on n.oid = c.relnamespace
  where l.database in (0, ${thisDatabase})
) r on true
left join lateral (
  select json_agg(x.gid) as gids, json_agg(h.mode) as modes
  from locks h
  join locks t on t.virtualtransaction = h.virtualtransaction and t.pid is null
  join pg_prepared_xact() x on x.transaction = t.transactionid
  where 0 = any(w.blockers) and h.pid is null
    and (h.locktype, h.database, h.relation, h.transactionid, h.classid, h.objid, h.objsubid) is not distinct from
      (w.locktype, w.database, w.relation, w.transactionid, w.classid, w.objid, w.objsubid)
) p on true
where cardinality(w.blockers) > 0
order by w.waitstart, w.pid`,
  },
})
