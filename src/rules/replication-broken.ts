import { formatBytes } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { type Breach, defineRule } from '../core/rule.ts'
import replicationStatus from '../derived/replication-status.ts'
import replicationSlots from '../probes/replication-slots.ts'

export default defineRule({
  name: 'replication-broken',
  title: 'Replication broken',
  doc: 'A standby has no connection to its sender, or a slot was lost because the WAL that its reader still needs was removed. What it holds is old and gets older, and it can’t take over.',
  remedy:
    'See the standby’s log for why it can’t connect: network, password, pg_hba.conf, or WAL that is gone. A reader whose slot is lost must be set up anew.',
  needs: { replication: replicationStatus, slots: maybe(replicationSlots) },
  thresholds: {},
  deductions: { critical: 20 },
  cap: 60,
  check({ replication, slots = [] }) {
    const cutOff = replication
      .filter((r) => r.state === 'disconnected')
      .map(
        (r): Breach => ({
          subject: 'this standby',
          severity: 'critical',
          value: 1,
          unit: 'count',
          summary: 'This standby has no live connection to its sender and receives nothing.',
          evidence: { lag_bytes: r.lag_bytes, paused: r.paused },
        }),
      )
    const lost = slots
      .filter((s) => s.wal_status === 'lost')
      .map(
        (s): Breach => ({
          subject: `slot ${s.slot}`,
          severity: 'critical',
          value: 1,
          unit: 'count',
          summary: `The ${s.kind} slot ${s.slot} is lost: WAL that its reader needs was removed${s.retained ? ` after it had held back ${formatBytes(s.retained)}` : ''}.`,
          evidence: { kind: s.kind, active: s.active, wal_status: s.wal_status },
        }),
      )
    return [...cutOff, ...lost]
  },
})
