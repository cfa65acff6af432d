import { formatCount } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { showValue } from '../display.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import css from './widget.module.css'

/** Who keeps VACUUM from removing dead rows, the oldest first. */
export function Horizon() {
  const horizon = useFacts('xmin-horizon')
  return (
    <section className={css.section}>
      <h3>Who holds back VACUUM</h3>
      <FactsState query={horizon} what="Who holds back VACUUM" lines={2}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={css.note}>Nobody: dead rows can be removed at once.</p>
          ) : (
            <DataTable
              caption="Who holds back VACUUM, the oldest first"
              rows={rows.slice(0, 3)}
              rowKey={(h) => h.subject}
              columns={[
                { name: 'Holder', render: nameOf },
                { name: 'Transactions', numeric: true, render: (h) => formatCount(h.age) },
                { name: 'For', numeric: true, render: (h) => showValue(h.seconds, 'seconds') },
              ]}
            />
          )
        }
      </FactsState>
    </section>
  )
}

function nameOf({ holder, catalogs_only, database, here }: FactRows['xmin-horizon']): string {
  const name = holder.replace(/^the session /, '')
  if (catalogs_only) return `${name}, in system catalogs only`
  return here || database === null ? name : `${name}, in ${database}`
}
