import { gauge, optional } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { pair } from '../core/given.ts'
import { numberSetting } from '../core/server.ts'
import checkpoints from '../probes/checkpoints.ts'
import instance from '../probes/instance.ts'
import { differences } from './_differences.ts'

export default defineDerived({
  name: 'wal-rates',
  title: 'WAL and checkpoints',
  doc: 'How fast WAL is written, and the checkpoints between the last two samples. A checkpoint comes when checkpoint_timeout is over or, earlier, when the WAL since the last one nears max_wal_size; at the present rate that takes the time told here.',
  rows: 'one',
  from: { instance: pair(instance), checkpoints: pair(checkpoints) },
  columns: {
    wal: optional(gauge('bytes_per_second', 'WAL written; none on a standby')),
    window: gauge('seconds', 'Time between the two samples of the checkpoints'),
    timed: optional(gauge('count', 'Checkpoints begun because their time had come; none across a reset')),
    requested: optional(gauge('count', 'Checkpoints begun by the amount of WAL, or by command')),
    write_seconds: optional(gauge('seconds', 'Time that they spent writing')),
    sync_seconds: optional(gauge('seconds', 'Time that they waited for the disk')),
    fills_in: optional(
      gauge('seconds', 'Time in which the present rate of WAL calls for a checkpoint by its amount'),
    ),
  },
  history: ['wal', 'timed', 'requested'],
  compute({ instance: server, checkpoints: both }, context) {
    const wal = differences(server, {
      key: () => 0,
      counters: ['wal_position'],
      // A standby has none; promoted, it does not begin from zero.
      since: (i) => (i.wal_position === null ? null : i.started_at),
    })
    const grew = wal.changes[0]?.row.wal_position === null ? undefined : wal.changes[0]?.grew.wal_position
    const rate = grew === undefined ? null : grew / server.seconds
    const counted = differences(both, {
      key: () => 0,
      counters: ['timed', 'requested', 'write_seconds', 'sync_seconds'],
      since: (c) => c.stats_reset,
    }).changes[0]?.grew
    const size = numberSetting(context.server, 'max_wal_size')
    // xlog.c, CalculateCheckpointSegments: so that WAL of two checkpoints stays below max_wal_size.
    const room = size && size / (1 + (numberSetting(context.server, 'checkpoint_completion_target') ?? 0.9))
    return [
      {
        wal: rate,
        window: both.seconds,
        timed: counted?.timed ?? null,
        requested: counted?.requested ?? null,
        write_seconds: counted?.write_seconds ?? null,
        sync_seconds: counted?.sync_seconds ?? null,
        fills_in: room && rate ? room / rate : null,
      },
    ]
  },
})
