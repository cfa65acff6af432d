import { formatBytes, formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import replicationStatus from '../derived/replication-status.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'replication-lag',
  title: 'Replication lag',
  doc: 'A standby is behind: what is read there is old, and what it has not received is lost if the primary fails. A receiver that never replays, as pg_receivewal, has no such time; its slot tells what it holds back. An idle primary is no lag.',
  remedy:
    'See whether replay is paused or waits for a long query on the standby, and whether network and disk of the standby keep up.',
  needs: { replication: replicationStatus },
  thresholds: { warning: 1, critical: 5 },
  deductions: { warning: 5, critical: 10 },
  check({ replication }, thresholds) {
    return replication.flatMap((r) => {
      const severity = r.lag_seconds === null ? undefined : above(r.lag_seconds, thresholds)
      if (!severity || r.lag_seconds === null || r.state === 'disconnected') return []
      const unsafe = r.flush_bytes ? `, ${formatBytes(r.flush_bytes)} not on its disk` : ''
      const bytes = r.lag_bytes === null ? '' : ` (${formatBytes(r.lag_bytes)} of WAL${unsafe})`
      const who = r.side === 'standby' ? `This standby of ${r.standby}` : `The standby ${r.standby}`
      return [
        {
          subject: `standby ${r.standby}`,
          severity,
          value: r.lag_seconds,
          unit: 'seconds' as const,
          summary: `${who} is ${formatSeconds(r.lag_seconds)} behind${bytes}${r.paused ? '; its replay is paused' : ''}.`,
          evidence: {
            state: r.state,
            lag_seconds: r.lag_seconds,
            lag_bytes: r.lag_bytes,
            write_seconds: r.write_seconds,
            write_bytes: r.write_bytes,
            flush_seconds: r.flush_seconds,
            flush_bytes: r.flush_bytes,
            sync: r.sync,
            paused: r.paused,
          },
        },
      ]
    })
  },
})
