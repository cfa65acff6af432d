import { expect, test } from 'vitest'
import { context, derive, row } from '../../test/facts.ts'
import replication from '../probes/replication.ts'
import replicationSlots from '../probes/replication-slots.ts'
import standby from '../probes/standby.ts'
import replicationStatus from './replication-status.ts'

const onStandby = { server: { role: 'standby' as const } }
const receiver = (values: Parameters<typeof row<typeof standby>>[1]) =>
  derive(
    replicationStatus,
    {
      replication: undefined,
      slots: [],
      standby: [row(standby, { receiver_status: 'streaming', sender: 'p:5432', follows: true, ...values })],
    },
    onStandby,
  )[0]
const senders = (...list: Parameters<typeof row<typeof replication>>[1][]) =>
  derive(replicationStatus, {
    replication: list.map((v) => row(replication, v)),
    ...{ standby: undefined, slots: undefined },
  })

test('a primary without standbys has no replication', () => expect(senders()).toEqual([]))

test('a standby as the primary sees it; idle is no lag', () => {
  expect(senders({ application: 'two', state: 'streaming', sync_state: 'async', replay_bytes: 0 })).toEqual([
    {
      standby: 'two',
      side: 'sender',
      state: 'streaming',
      lag_seconds: null,
      lag_bytes: 0,
      write_seconds: null,
      write_bytes: null,
      flush_seconds: null,
      flush_bytes: null,
      sync: 'async',
      paused: null,
    },
  ])
})

const written = { write_lag: 1, write_bytes: 100 }
const flushed = { flush_lag: 2, flush_bytes: 200 }

test.each([
  ['replays', { ...written, ...flushed, replay_lag: 3, replay_bytes: 300 }, 3, 300],
  ['replays, and is idle', { ...written, ...flushed, replay_bytes: 0 }, null, 0],
  ['never replays', { ...written, ...flushed, replay_lag: 900 }, null, 200],
  ['only writes', written, null, 100],
  ['has not answered yet', {}, null, null],
])('the lag of one that %s', (_, values, lag_seconds, lag_bytes) =>
  expect(senders({ state: 'streaming', ...values })).toMatchObject([{ lag_seconds, lag_bytes }]),
)

test('a base backup is no standby; those of one name are told apart', () => {
  expect(senders({ state: 'backup' })).toEqual([])
  const two = senders({ application: 'walreceiver', pid: 7 }, { application: 'walreceiver', pid: 8 })
  expect(two.map((s) => s.standby)).toEqual(['walreceiver 7', 'walreceiver 8'])
})

test.each([
  ['streaming', 0, 'streaming'],
  ['streaming', 90, 'streaming'],
  ['streaming', 91, 'disconnected'],
  ['streaming', null, 'streaming'],
  ['waiting', 1, 'waiting'],
  [null, null, 'disconnected'],
])('a receiver that is %s and silent for %s s: %s', (receiver_status, receiver_message_age, state) =>
  expect(receiver({ receiver_status, receiver_message_age })).toMatchObject({ state, side: 'standby' }),
)

test('without primary_conninfo it follows an archive, and nobody knows how far behind', () =>
  expect(
    receiver({ receiver_status: null, follows: false, replay_position: 5, replay_delay: 900 }),
  ).toMatchObject({ state: 'from archive', lag_seconds: null, lag_bytes: null }))

test('silence counts against wal_receiver_timeout, and for nothing where that is off', () => {
  const silent = (wal_receiver_timeout: string, receiver_message_age: number) =>
    derive(
      replicationStatus,
      {
        replication: undefined,
        slots: undefined,
        standby: [row(standby, { receiver_status: 'streaming', follows: true, receiver_message_age })],
      },
      { server: { role: 'standby', settings: { wal_receiver_timeout } } },
    )[0]?.state
  expect(silent('300', 450)).toBe('streaming')
  expect(silent('300', 451)).toBe('disconnected')
  expect(silent('0', 9999)).toBe('streaming')
})

test('all received is replayed: no lag in time, though cut off for an hour', () =>
  expect(
    receiver({ receiver_status: null, receive_position: 100, replay_position: 100, replay_delay: null }),
  ).toMatchObject({ state: 'disconnected', lag_seconds: null, lag_bytes: 0 }))

test('behind in bytes and time, paused', () =>
  expect(
    receiver({ receive_position: 300, replay_position: 100, replay_delay: 4, replay_paused: true }),
  ).toMatchObject({ standby: 'p:5432', lag_seconds: 4, lag_bytes: 200, paused: true }))

test('a standby tells of itself, and of those that follow it', () => {
  const seen = derive(
    replicationStatus,
    {
      slots: undefined,
      replication: [
        row(replication, { application: 'third', state: 'streaming', replay_lag: 3, replay_bytes: 9 }),
      ],
      standby: [row(standby, { receiver_status: 'streaming', sender: 'p:5432', follows: true })],
    },
    onStandby,
  )
  expect(seen).toMatchObject([
    { standby: 'p:5432', side: 'standby' },
    { standby: 'third', side: 'sender', lag_seconds: 3 },
  ])
})

test('what may not be read is denied with the grant that helps, else pending', () => {
  const unread = { replication: undefined, standby: undefined, slots: undefined }
  const blind = context({ server: { grants: [], user: 'me"' } })
  expect(replicationStatus.compute(unread, blind)).toMatchObject({
    reason: 'denied',
    fix: 'GRANT pg_monitor TO "me""";',
  })
  expect(replicationStatus.compute(unread, context())).toMatchObject({ reason: 'pending' })
  expect(replicationStatus.compute(unread, context(onStandby))).toMatchObject({ ok: false })
})

test.each([
  [{}, 1],
  [{ active: true }, 0],
  [{ synced: true }, 0],
  [{ invalidation: 'wal_removed' }, 0],
  [{ retained: null }, 0],
  [{ kind: 'logical' }, 0],
])('a physical slot that nobody reads stands for the standby that is gone: %j', (values, rows) => {
  const slot = row(replicationSlots, { slot: 'reader', kind: 'physical', retained: 9, ...values })
  const seen = derive(replicationStatus, { replication: [], standby: undefined, slots: [slot] })
  expect(seen).toHaveLength(rows)
  if (rows > 0) expect(seen).toMatchObject([{ standby: 'slot reader', state: 'not connected', lag_bytes: 9 }])
})
