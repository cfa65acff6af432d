import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import archiving from '../derived/archiving.ts'

type Archiving = Row<typeof archiving>

const waits = ({ waiting, waited }: Archiving) =>
  waiting && waited !== null
    ? `${plural(waiting, 'complete WAL file')} ${waiting === 1 ? 'waits' : 'wait'} to be archived, the oldest for ${formatSeconds(waited)}`
    : undefined

const last = ({ last_archived_at, unarchived }: Archiving) =>
  last_archived_at === null
    ? 'none ever was archived'
    : `the last was archived ${formatSeconds(unarchived ?? 0)} ago`

export default defineRule({
  name: 'archiver-failing',
  title: 'WAL is not archived',
  doc: 'The last attempt to archive a WAL file failed, complete files wait for longer than archiving one takes, or archive_mode is on and nothing says how to archive. Until that ends, recovery to a point in time ends at the last archived file, and WAL piles up on disk. An idle server completes no files, and nothing waits.',
  remedy:
    'Run archive_command by hand as the server’s account, with the file that failed; the log has its message. Usual causes: the target is full, or credentials have expired. Where files wait and no attempt failed, the command hangs or is slower than WAL is written: see what the archiver process runs. Where none is set, set archive_command or archive_library; a reload is enough.',
  needs: { archiving },
  // An archive_timeout of minutes is usual: what waits longer than that is late.
  thresholds: { warning: 300, critical: 1800 },
  deductions: { warning: 5, critical: 15 },
  check({ archiving: [a] }, { warning, critical }) {
    if (!a?.on) return []
    const queue = waits(a)
    // A hoster may archive in a way of its own, which the counters or an empty queue show.
    const missing = !a.configured && (a.last_archived_at === null || a.waiting !== 0)
    if (!a.failing && !missing && (a.waited ?? 0) <= warning) return []
    // How long the oldest file waits. Where that can't be read: since the last success at the latest, or since the counters began.
    const seconds = a.waited ?? (a.failing ? a.unarchived : null) ?? 0
    const summary = missing
      ? `archive_mode is on, but neither archive_command nor archive_library is set: no WAL file is archived${queue ? `; ${queue}` : ''}.`
      : a.failing
        ? `${a.last_failed_wal ?? 'A WAL file'} could not be archived, and none has been since; ${last(a)} (${plural(a.failed, 'failed attempt')} in all)${queue ? `; ${queue}` : ''}.`
        : `${queue}, and no attempt fails; ${last(a)}.`
    return [
      {
        subject: 'instance',
        severity: seconds > critical ? ('critical' as const) : ('warning' as const),
        value: seconds,
        unit: 'seconds' as const,
        summary,
        evidence: {
          configured: a.configured,
          waiting: a.waiting,
          waited: a.waited,
          last_failed_wal: a.last_failed_wal,
          last_failed_at: a.last_failed_at,
          last_archived_wal: a.last_archived_wal,
          last_archived_at: a.last_archived_at,
          failed: a.failed,
        },
      },
    ]
  },
})
