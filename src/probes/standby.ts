import { detail, flag, gauge, optional } from '../core/columns.ts'
import { defineProbe } from '../core/probe.ts'
import { secondsSince } from './_sql.ts'

export default defineProbe({
  name: 'standby',
  title: 'This standby',
  doc: 'What this standby receives and replays. Without a receiver it is cut off, whatever the positions say.',
  scope: 'instance',
  every: 'tick',
  needs: 'pg_monitor',
  on: 'standby',
  rows: 'one',
  columns: {
    receiver_status: optional(detail('streaming while WAL comes in; null: no receiver is running')),
    receiver_message_age: optional(gauge('seconds', 'Since the last message from the sender')),
    receive_position: optional(gauge('bytes', 'Newest WAL received, as a position in bytes')),
    replay_position: optional(gauge('bytes', 'Newest WAL replayed, as a position in bytes')),
    replay_delay: optional(
      gauge(
        'seconds',
        'Age of the last replayed commit; null when all is replayed, or no commit was since the start',
      ),
    ),
    replay_paused: flag('Replay was paused by command'),
    sender: optional(detail('Host and port that WAL comes from')),
    follows: flag('primary_conninfo names a sender; else WAL comes from an archive alone'),
  },
  sql: {
    14: `
with position as materialized (
  select pg_last_wal_receive_lsn() as received, pg_last_wal_replay_lsn() as replayed,
    pg_last_xact_replay_timestamp() as replayed_at
)
select r.status as receiver_status,
  ${secondsSince('r.last_msg_receipt_time')} as receiver_message_age,
  pg_wal_lsn_diff(p.received, '0/0')::float8 as receive_position,
  pg_wal_lsn_diff(p.replayed, '0/0')::float8 as replay_position,
  case when p.received is distinct from p.replayed then ${secondsSince('p.replayed_at')} end as replay_delay,
  case when pg_is_in_recovery() then pg_is_wal_replay_paused() else false end as replay_paused,
  r.sender_host || ':' || r.sender_port as sender,
  current_setting('primary_conninfo') <> '' as follows
from position p
left join pg_stat_wal_receiver r on true`,
  },
})
