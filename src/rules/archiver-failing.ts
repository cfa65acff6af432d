import { formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import archiver from '../probes/archiver.ts'

export default defineRule({
  name: 'archiver-failing',
  title: 'WAL is not archived',
  doc: 'The last attempt to archive a WAL file failed. Until one succeeds, recovery to a point in time ends at the last archived file, and WAL piles up on disk.',
  remedy:
    'Run archive_command by hand as the server’s account, with the file that failed; the log has its message. Usual causes: the target is full, or credentials have expired.',
  needs: { archiver },
  thresholds: { critical: 1800 },
  deductions: { warning: 5, critical: 15 },
  check({ archiver: [a] }, { critical }, { at }) {
    if (!a?.on || a.last_failed_at === null) return []
    if (a.last_archived_at !== null && a.last_archived_at >= a.last_failed_at) return []
    // Failing since the last success at the latest; where there was none, since the counters began.
    const since = a.last_archived_at ?? a.stats_reset
    const seconds = since === null ? 0 : Math.max(0, (at - since) / 1000)
    return [
      {
        subject: 'instance',
        severity: seconds > critical ? ('critical' as const) : ('warning' as const),
        value: seconds,
        unit: 'seconds' as const,
        summary: `${a.last_failed_wal ?? 'A WAL file'} could not be archived, and none has been since; ${a.last_archived_at === null ? 'none ever was' : `the last was ${formatSeconds(seconds)} ago`} (${plural(a.failed, 'failed attempt')} in all).`,
        evidence: {
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
