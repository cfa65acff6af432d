import { detail, gauge, id, label, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { epoch, secondsSince, walBetween, walPosition } from './_sql.ts'

export default defineProbe({
  name: 'replication',
  title: 'Standbys, seen from the server that sends',
  doc: 'Each connected receiver of WAL and how far it is behind. A standby sends to others too; one that is not connected is not in here.',
  scope: 'instance',
  every: 'tick',
  needs: 'pg_monitor',
  rows: 'many',
  columns: {
    application: label('application_name of the receiver, which names the standby'),
    client: optional(detail('Address of the receiver; null for a Unix socket')),
    pid: id('Process id of the sender'),
    user: optional(detail('Role that logged in')),
    state: detail('startup, catchup, streaming, backup or stopping'),
    sync_state: detail('async, potential, sync or quorum'),
    sent_lag: optional(gauge('bytes', 'WAL written here and not sent yet')),
    write_lag: optional(gauge('seconds', 'Until it had written recent WAL; null when idle')),
    flush_lag: optional(gauge('seconds', 'Until it had flushed recent WAL; null when idle')),
    replay_lag: optional(gauge('seconds', 'Until it had replayed recent WAL; null when idle')),
    write_bytes: optional(gauge('bytes', 'WAL written here and not written there yet')),
    flush_bytes: optional(gauge('bytes', 'WAL written here and not on its disk yet')),
    replay_bytes: optional(
      gauge('bytes', 'WAL written here and not replayed there yet; null for a receiver that never replays'),
    ),
    backend_age: gauge('seconds', 'Since it connected'),
    xmin_age: optional(gauge('count', 'Transactions since the oldest that its feedback keeps from VACUUM')),
  },
  sql: {
    14: `
select coalesce(r.application_name, '') as application,
  host(r.client_addr) as client,
  r.pid,
  r.usename as user,
  coalesce(r.state, 'startup') as state,
  coalesce(r.sync_state, 'async') as sync_state,
  ${walBetween('r.sent_lsn', 'w.lsn')} as sent_lag,
  ${epoch('r.write_lag')} as write_lag,
  ${epoch('r.flush_lag')} as flush_lag,
  ${epoch('r.replay_lag')} as replay_lag,
  ${walBetween('r.write_lsn', 'w.lsn')} as write_bytes,
  ${walBetween('r.flush_lsn', 'w.lsn')} as flush_bytes,
  ${walBetween('r.replay_lsn', 'w.lsn')} as replay_bytes,
  ${secondsSince('r.backend_start')} as backend_age,
  age(r.backend_xmin) as xmin_age
from pg_stat_replication r, (select ${walPosition} as lsn offset 0) w
order by r.application_name, r.pid`,
  },
})
