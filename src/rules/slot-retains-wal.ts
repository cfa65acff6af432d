import { formatBytes } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import replicationSlots from '../probes/replication-slots.ts'
import { above } from './_grade.ts'

export default defineRule({
  name: 'slot-retains-wal',
  title: 'Slot holds back WAL',
  doc: 'A replication slot keeps WAL for a reader that does not fetch it. The WAL grows until the disk is full, and then the server stops.',
  remedy:
    'Start the reader again, or drop the slot if nobody needs it. Set max_slot_wal_keep_size, so that a slot is given up before the disk is full.',
  needs: { slots: replicationSlots },
  thresholds: { warning: 1024 ** 3, critical: 5 * 1024 ** 3 },
  deductions: { warning: 5, critical: 10 },
  check({ slots }, thresholds) {
    return slots.flatMap((s) => {
      const severity = s.retained === null ? undefined : above(s.retained, thresholds)
      if (!severity || s.retained === null || s.invalidation !== null) return []
      return [
        {
          subject: `slot ${s.slot}`,
          severity,
          value: s.retained,
          unit: 'bytes' as const,
          summary: `The ${s.kind} slot ${s.slot} holds back ${formatBytes(s.retained)} of WAL; ${s.active ? 'its reader is connected but behind' : 'nobody reads it'}.`,
          evidence: {
            kind: s.kind,
            active: s.active,
            retained: s.retained,
            safe_wal: s.safe_wal,
            wal_status: s.wal_status,
          },
        },
      ]
    })
  },
})
