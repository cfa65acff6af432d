import { formatBytes } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { showMoment } from '../display.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import css from './widget.module.css'

type Slot = FactRows['replication-slots']

/** Replication slots and what they hold back; nothing where there are none. */
export function Slots() {
  const slots = useFacts('replication-slots')
  if (slots.data?.ok && slots.data.rows.length === 0) return null
  return (
    <section className={css.section}>
      <h3>Slots</h3>
      <FactsState query={slots} what="Slots" lines={2}>
        {(rows) => (
          <DataTable
            caption="Replication slots"
            rows={rows}
            rowKey={(s) => s.slot}
            columns={[
              { name: 'Slot', render: (s) => s.slot },
              { name: 'Reader', render: readerOf },
              { name: 'WAL held', numeric: true, render: heldOf },
            ]}
          />
        )}
      </FactsState>
    </section>
  )
}

function readerOf(slot: Slot): string {
  if (slot.invalidation !== null) return 'lost for good'
  if (slot.wal_status === 'unreserved') return 'lost at the next checkpoint'
  if (slot.active) return 'connected'
  if (slot.synced) return 'kept for a failover'
  return slot.inactive_since === null ? 'none' : `none since ${showMoment(slot.inactive_since)}`
}

/** What it holds back, and below it what it may before it is lost. */
function heldOf({ retained, safe_wal, invalidation }: Slot) {
  if (retained === null) return '–'
  if (safe_wal === null || invalidation !== null) return formatBytes(retained)
  return (
    <>
      {formatBytes(retained)}
      <br />
      of {formatBytes(retained + safe_wal)}
    </>
  )
}
