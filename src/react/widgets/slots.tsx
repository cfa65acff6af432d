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
              {
                name: 'WAL held',
                numeric: true,
                render: (s) => (s.retained === null ? '–' : formatBytes(s.retained)),
              },
              { name: 'Lost after', numeric: true, render: endOf },
            ]}
          />
        )}
      </FactsState>
    </section>
  )
}

function readerOf(slot: Slot): string {
  if (slot.invalidation !== null) return 'lost for good'
  if (slot.active) return 'connected'
  if (slot.synced) return 'kept for a failover'
  return slot.inactive_since === null ? 'none' : `none since ${showMoment(slot.inactive_since)}`
}

/** How much more WAL may be written before the slot is lost. */
function endOf(slot: Slot): string {
  if (slot.invalidation !== null) return '–'
  if (slot.wal_status === 'unreserved') return 'the next checkpoint'
  return slot.safe_wal === null ? 'no limit' : `${formatBytes(Math.max(0, slot.safe_wal))} more`
}
