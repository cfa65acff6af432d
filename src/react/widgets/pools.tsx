import { showValue } from '../display.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import css from './widget.module.css'

/** The pools of a pooler before the server; nothing where none is configured. */
export function Pools() {
  const pools = useFacts('pools')
  const { data } = pools
  if (
    !data ||
    (data.ok ? data.rows.length === 0 : data.reason === 'unsupported' || data.reason === 'pending')
  )
    return null
  return (
    <section className={css.section}>
      <h3>Pools of the pooler</h3>
      <FactsState query={pools} what="Pools" lines={2}>
        {(rows) => (
          <DataTable
            caption="Pools of the pooler"
            rows={rows}
            rowKey={(p) => `${p.database}/${p.user}`}
            columns={[
              { name: 'Pool', render: (p) => `${p.database} / ${p.user}` },
              { name: 'Clients', numeric: true, render: (p) => p.cl_active },
              { name: 'Waiting', numeric: true, render: (p) => p.cl_waiting },
              { name: 'Longest wait', numeric: true, render: (p) => showValue(p.maxwait, 'seconds') },
            ]}
          />
        )}
      </FactsState>
    </section>
  )
}
