import { detail, flag, gauge, label, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { fail } from '../core/outcome.ts'
import { type Capabilities, numberSetting } from '../core/server.ts'
import type { Row } from '../core/table.ts'
import replication from '../probes/replication.ts'
import replicationSlots from '../probes/replication-slots.ts'
import standby from '../probes/standby.ts'

/** Seconds that a receiver may hear nothing, at the least. */
const SILENT = 90

type Sender = Row<typeof replication>
type Receiver = Row<typeof standby>
type Slot = Row<typeof replicationSlots>

const UNKNOWN = { write_seconds: null, write_bytes: null, flush_seconds: null, flush_bytes: null }

/** Nobody reads a physical slot that has been read: whoever did has gone. The slot begins with what it still needs. */
function absent(slots: readonly Slot[]) {
  return slots
    .filter(
      (s) =>
        s.kind === 'physical' && !s.active && !s.synced && s.invalidation === null && s.retained !== null,
    )
    .map((s) => ({
      standby: `slot ${s.slot}`,
      side: 'sender',
      state: 'not connected',
      ...{ lag_seconds: null, lag_bytes: s.retained, ...UNKNOWN, flush_bytes: s.retained },
      ...{ sync: null, paused: null },
    }))
}

/**
 * What the receiver says comes before any lag. One that has heard nothing for half of wal_receiver_timeout asks for an
 * answer (walreceiver.c), so longer silence is a sender that is gone; with a timeout of 0 it never asks.
 */
function stateOf(receiver: Receiver, server: Capabilities): string {
  if (receiver.receiver_status === null) return receiver.follows ? 'disconnected' : 'from archive'
  const silence = receiver.receiver_message_age
  const timeout = numberSetting(server, 'wal_receiver_timeout') ?? 60
  if (silence !== null && timeout > 0 && silence > Math.max(SILENT, 1.5 * timeout)) return 'disconnected'
  return receiver.receiver_status
}

/** Receivers that share a name, as the default `walreceiver`, are told apart by their sender's process. */
function nameOf(sender: Sender, all: readonly Sender[]): string {
  const name = sender.application || '(no name)'
  return all.some((s) => s !== sender && s.application === sender.application)
    ? `${name} ${sender.pid}`
    : name
}

function unreadable(server: Capabilities) {
  const mayRead = server.superuser || server.grants.includes('pg_read_all_stats')
  return mayRead
    ? fail('pending', 'replication has not been read')
    : fail('denied', 'replication may not be read', `GRANT pg_monitor TO ${quoteIdentifier(server.user)};`)
}

export default defineDerived({
  name: 'replication-status',
  title: 'Replication',
  doc: 'How far standbys are behind, seen from the server that is watched. No row on a primary: nothing replicates from it. A standby tells of itself first, then of those that follow it. A physical slot that nobody reads stands for the standby that is not connected. An idle primary is no lag; a standby without a live connection to its sender is disconnected, whatever it has replayed.',
  rows: 'many',
  from: { replication: maybe(replication), standby: maybe(standby), slots: maybe(replicationSlots) },
  columns: {
    standby: label(
      'Standby: its application name, or on the standby itself the sender it follows; the slot of one that is not connected',
    ),
    side: detail(
      'sender: seen from the server that it follows, a primary or itself a standby. standby: seen from the standby itself',
    ),
    state: detail('streaming, catchup, startup, not connected, disconnected, from archive, …'),
    lag_seconds: optional(
      gauge(
        'seconds',
        'Time behind; none while there is nothing to replay, or where nothing is ever replayed',
      ),
    ),
    lag_bytes: optional(
      gauge(
        'bytes',
        'WAL not replayed yet; of a receiver that never replays, not on its disk or not written yet',
      ),
    ),
    write_seconds: optional(gauge('seconds', 'Until it had written recent WAL; known to the sender only')),
    write_bytes: optional(gauge('bytes', 'WAL not written there yet')),
    flush_seconds: optional(gauge('seconds', 'Until recent WAL was on its disk')),
    flush_bytes: optional(gauge('bytes', 'WAL not on its disk yet: lost if it takes over now')),
    sync: optional(detail('async, sync, quorum or potential')),
    paused: optional(flag('Whether replay is paused; known on the standby only')),
  },
  history: ['lag_seconds', 'lag_bytes', 'flush_bytes'],
  compute({ replication, standby, slots = [] }, { server }) {
    const senders = (replication ?? [])
      // A base backup is copying files, not following.
      .filter((r) => r.state !== 'backup')
      .map((r) => ({
        standby: nameOf(r, replication ?? []),
        side: 'sender',
        state: r.state,
        // Of one that never replays the server gives the time since WAL that waits for it, which only grows.
        lag_seconds: r.replay_bytes === null ? null : r.replay_lag,
        lag_bytes: r.replay_bytes ?? r.flush_bytes ?? r.write_bytes,
        write_seconds: r.write_lag,
        write_bytes: r.write_bytes,
        flush_seconds: r.flush_lag,
        flush_bytes: r.flush_bytes,
        sync: r.sync_state,
        paused: null,
      }))
    if (server.role === 'primary') return replication ? [...senders, ...absent(slots)] : unreadable(server)
    const receiver = standby?.[0]
    if (!receiver) return unreadable(server)
    const { receive_position: received, replay_position: replayed } = receiver
    const state = stateOf(receiver, server)
    const archive = state === 'from archive'
    const own = {
      standby: receiver.sender ?? 'this standby',
      side: 'standby',
      state,
      // From an archive nobody knows how far the primary is.
      lag_seconds: archive ? null : receiver.replay_delay,
      lag_bytes: archive || received === null || replayed === null ? null : Math.max(0, received - replayed),
      ...UNKNOWN,
      sync: null,
      paused: receiver.replay_paused,
    }
    return [own, ...senders, ...absent(slots)]
  },
})
