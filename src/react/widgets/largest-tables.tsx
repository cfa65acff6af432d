import { formatBytes } from '../../core/format.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { FactsState } from '../ui/facts-state.tsx'
import { StackedBar } from '../ui/stacked-bar.tsx'
import css from './largest-tables.module.css'

/** The largest tables, each split into heap, indexes and TOAST. */
export function LargestTables() {
  const sizes = useFacts('table-sizes')
  return (
    <section className={css.section}>
      <h3>Largest tables</h3>
      <FactsState query={sizes} what="Table sizes" lines={4}>
        {(rows) => {
          const shown = [...rows].sort((a, b) => b.total - a.total).slice(0, 6)
          if (shown.length === 0) return <p className={css.none}>There are no tables of your own yet.</p>
          const largest = shown[0]?.total ?? 1
          return (
            <>
              <ul className={css.key} aria-hidden="true">
                <li data-series="1">Heap</li>
                <li data-series="2">Indexes</li>
                <li data-series="3">TOAST</li>
              </ul>
              <ul className={css.list}>
                {shown.map((r) => {
                  const parts = [
                    { name: 'Heap', value: r.heap, text: formatBytes(r.heap), series: 1 },
                    { name: 'Indexes', value: r.indexes, text: formatBytes(r.indexes), series: 2 },
                    { name: 'TOAST', value: r.toast, text: formatBytes(r.toast), series: 3 },
                  ] as const
                  return (
                    <li key={`${r.schema}.${r.table}`}>
                      <p className={css.name}>
                        <span>
                          {r.schema !== 'public' && <small>{r.schema}.</small>}
                          {r.table}
                        </span>
                        <b>{formatBytes(r.total)}</b>
                      </p>
                      <StackedBar parts={parts} whole={largest} />
                      <p className={css.split}>{parts.map((p) => `${p.name} ${p.text}`).join(' · ')}</p>
                    </li>
                  )
                })}
              </ul>
            </>
          )
        }}
      </FactsState>
    </section>
  )
}
