import { formatBytes } from '../core/format.ts'
import { defineRule } from '../core/rule.ts'
import type { Row } from '../core/table.ts'
import replicationSlots from '../probes/replication-slots.ts'
import { above } from './_grade.ts'

type Slot = Row<typeof replicationSlots>

/**
 * The share of the WAL that a slot may hold back which is left until it is lost; null where nothing limits it. safe_wal_size is what
 * may still be written, in whole segments (slotfuncs.c), so that with what is held back already it makes the limit.
 */
function shareLeft({ retained, safe_wal }: Slot): number | null {
  return retained === null || safe_wal === null ? null : Math.max(0, safe_wal / (retained + safe_wal))
}

export default defineRule({
  name: 'slot-retains-wal',
  title: 'Slot holds back WAL',
  doc: 'A replication slot keeps WAL for a reader that does not fetch it. The WAL grows until the disk is full, and then the server stops; or until max_slot_wal_keep_size, and then the slot is lost at the next checkpoint and its reader must be set up anew.',
  remedy:
    'Start the reader again, or drop the slot if nobody needs it. Set max_slot_wal_keep_size, so that a slot is given up before the disk is full. Raise it, and reload, while a reader that is needed is about to lose its slot.',
  needs: { slots: replicationSlots },
  thresholds: { warning: 1024 ** 3, critical: 5 * 1024 ** 3, left: 0.2 },
  deductions: { warning: 5, critical: 10 },
  check({ slots }, thresholds) {
    return slots.flatMap((s) => {
      if (s.retained === null || s.invalidation !== null) return []
      const left = shareLeft(s)
      // Past the limit it lives on until a checkpoint removes what it needs.
      const doomed = s.wal_status === 'unreserved'
      const near = left !== null && left < thresholds.left
      const severity = doomed ? 'critical' : (above(s.retained, thresholds) ?? (near ? 'warning' : undefined))
      if (!severity) return []
      const reader = s.active ? 'its reader is connected but behind' : 'nobody reads it'
      const end = doomed
        ? '; that is past its limit: it is lost at the next checkpoint'
        : near
          ? `; it is lost after ${formatBytes(s.safe_wal ?? 0)} more`
          : ''
      return [
        {
          subject: `slot ${s.slot}`,
          severity,
          value: s.retained,
          unit: 'bytes' as const,
          summary: `The ${s.kind} slot ${s.slot} holds back ${formatBytes(s.retained)} of WAL; ${reader}${end}.`,
          evidence: {
            kind: s.kind,
            active: s.active,
            retained: s.retained,
            safe_wal: s.safe_wal,
            left,
            wal_status: s.wal_status,
          },
        },
      ]
    })
  },
})
