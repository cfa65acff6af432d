import { counter, detail, flag, gauge, optional, time } from '../core/columns.ts'
import { defineDerived } from '../core/derived.ts'
import { maybe } from '../core/given.ts'
import { quoteIdentifier } from '../core/identifier.ts'
import { fail } from '../core/outcome.ts'
import archiver from '../probes/archiver.ts'
import walFiles from '../probes/wal-files.ts'

export default defineDerived({
  name: 'archiving',
  title: 'WAL archiving',
  doc: 'Whether WAL files are copied away, how the last attempt ended, and how many complete files wait. The server counts attempts that failed; a command that hangs, or that nobody has set, shows by the files that wait alone. An idle server completes none.',
  rows: 'one',
  from: { archiver, wal: maybe(walFiles) },
  columns: {
    on: flag('archive_mode is on here; on a standby only where it is always'),
    configured: flag('archive_command or archive_library says how'),
    failing: flag('The last attempt failed'),
    waiting: optional(gauge('count', 'Complete WAL files that wait to be archived')),
    waited: optional(gauge('seconds', 'How long the oldest of them has waited; none where none waits')),
    unarchived: optional(
      gauge('seconds', 'Since the last file was archived, or since the counters began where none ever was'),
    ),
    failed: counter('count', 'Attempts that failed'),
    last_archived_wal: optional(detail('WAL file archived last')),
    last_archived_at: optional(time('When that was')),
    last_failed_wal: optional(detail('WAL file that failed last')),
    last_failed_at: optional(time('When that was')),
  },
  compute({ archiver: [a], wal }, { at, server }) {
    if (!a) return []
    const { on, configured, failed, last_archived_wal, last_archived_at, last_failed_wal, last_failed_at } = a
    const failing = on && last_failed_at !== null && (last_archived_at ?? 0) < last_failed_at
    // Attempts that failed and a command that is not set show without it.
    if (on && configured && !failing && !wal) {
      const what = 'whether WAL files wait to be archived'
      return server.superuser || server.grants.includes('pg_monitor')
        ? fail('pending', `${what} has not been read`)
        : fail('denied', `${what} may not be read`, `GRANT pg_monitor TO ${quoteIdentifier(server.user)};`)
    }
    const since = (moment: number | null) => (moment === null ? null : Math.max(0, (at - moment) / 1000))
    const [queue] = on ? (wal ?? []) : []
    return [
      {
        ...{
          on,
          configured,
          failing,
          waiting: queue?.waiting ?? null,
          waited: since(queue?.waiting_since ?? null),
        },
        ...{ unarchived: since(last_archived_at ?? a.stats_reset), failed },
        ...{ last_archived_wal, last_archived_at, last_failed_wal, last_failed_at },
      },
    ]
  },
})
