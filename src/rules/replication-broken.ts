import { formatBytes } from '../core/format.ts'
import { maybe } from '../core/given.ts'
import { type Breach, defineRule } from '../core/rule.ts'
import replicationStatus from '../derived/replication-status.ts'
import replicationSlots from '../probes/replication-slots.ts'

/** Reasons as pg_replication_slots names them, in words. */
const REASONS: Readonly<Record<string, string>> = {
  wal_removed: 'WAL that its reader needs was removed',
  rows_removed: 'rows of the catalogs that its reader needs were removed',
  wal_level_insufficient: 'the primary’s wal_level no longer serves it',
  idle_timeout: 'nobody read it for longer than idle_replication_slot_timeout',
}

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
      .filter((s) => s.invalidation !== null)
      .map(
        (s): Breach => ({
          subject: `slot ${s.slot}`,
          severity: 'critical',
          value: 1,
          unit: 'count',
          summary: `The ${s.kind} slot ${s.slot} is lost: ${REASONS[s.invalidation ?? ''] ?? s.invalidation}${s.retained ? ` after it had held back ${formatBytes(s.retained)}` : ''}.`,
          evidence: {
            kind: s.kind,
            active: s.active,
            wal_status: s.wal_status,
            invalidation: s.invalidation,
            inactive_since: s.inactive_since,
          },
        }),
      )
    return [...cutOff, ...lost]
  },
})
