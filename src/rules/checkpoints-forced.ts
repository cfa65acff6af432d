import { formatBytes, formatSeconds, plural } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import { numberSetting } from '../core/server.ts'
import walRates from '../derived/wal-rates.ts'

export default defineRule({
  name: 'checkpoints-forced',
  title: 'Checkpoints come too early',
  doc: 'WAL fills max_wal_size before checkpoint_timeout is over, so checkpoints are forced. Each writes all changed pages at once, and after each every page is written whole into WAL again, which makes still more WAL.',
  remedy:
    'Raise max_wal_size until checkpoints come by time (checkpoint_timeout), as far as the disk and the time that a recovery may take allow; or load in smaller pieces.',
  needs: { rates: walRates },
  // A checkpoint by command, or one for a backup, does not count unless WAL would have called for it too.
  thresholds: { requested: 0 },
  deductions: { warning: 5 },
  check({ rates: [r] }, { requested: most }, { server }) {
    const timeout = numberSetting(server, 'checkpoint_timeout') ?? 300
    if (!r || r.requested === null || r.requested <= most) return []
    if (r.fills_in === null || r.fills_in >= timeout) return []
    const size = numberSetting(server, 'max_wal_size')
    return [
      {
        subject: 'instance',
        severity: 'warning',
        value: r.fills_in,
        unit: 'seconds',
        summary: `${plural(r.requested, 'checkpoint')} forced in ${formatSeconds(r.window)}: at ${formatBytes(r.wal ?? 0)}/s of WAL max_wal_size${size ? ` (${formatBytes(size)})` : ''} is used up in ${formatSeconds(r.fills_in)}, before the ${formatSeconds(timeout)} of checkpoint_timeout.`,
        evidence: {
          requested: r.requested,
          timed: r.timed,
          window: r.window,
          wal: r.wal,
          fills_in: r.fills_in,
          max_wal_size: size ?? null,
          write_seconds: r.write_seconds,
          sync_seconds: r.sync_seconds,
        },
      },
    ]
  },
})
