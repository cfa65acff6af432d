import { formatBytes, formatSeconds } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import replicationSlots from '../probes/replication-slots.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'slot-inactive',
  title: 'Slot without a reader',
  doc: 'Nobody is connected to a replication slot. Until somebody is, or it is dropped, it keeps WAL on disk and perhaps old rows. It is a note at first. Before PostgreSQL 17 the server does not tell since when: then it stays one until it holds back much (another rule).',
  remedy:
    'Start its reader again, or drop it with pg_drop_replication_slot if nobody will come back for it. max_slot_wal_keep_size, and idle_replication_slot_timeout from PostgreSQL 18 on, give such a slot up before the disk is full.',
  needs: { slots: replicationSlots },
  thresholds: { warning: 3600, critical: 86_400 },
  deductions: { warning: 5, critical: 10 },
  check({ slots }, thresholds, { at }) {
    return slots.flatMap((s) => {
      if (s.active || s.synced || s.invalidation !== null) return []
      // A slot that was made without reserving WAL holds back nothing.
      if (s.retained === null && s.xmin_age === null && s.catalog_xmin_age === null) return []
      const idle = s.inactive_since === null ? null : Math.max(0, (at - s.inactive_since) / 1000)
      const severity = (idle === null ? undefined : above(idle, thresholds)) ?? 'info'
      const since =
        idle === null ? 'now; since when this release does not tell' : `for ${formatSeconds(idle)}`
      return [
        {
          subject: `slot ${s.slot}`,
          severity,
          value: idle ?? 0,
          unit: 'seconds' as const,
          summary: `Nobody reads the ${s.kind} slot ${s.slot}, ${since}. It holds back ${formatBytes(s.retained ?? 0)} of WAL.`,
          evidence: {
            kind: s.kind,
            database: s.database,
            inactive_since: s.inactive_since,
            retained: s.retained,
            safe_wal: s.safe_wal,
            wal_status: s.wal_status,
            xmin_age: s.xmin_age,
            catalog_xmin_age: s.catalog_xmin_age,
          },
        },
      ]
    })
  },
})
