import { formatSeconds } from '../../core/format.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import { Notice } from '../ui/notice.tsx'
import { QueryText } from '../ui/query-text.tsx'
import css from './widget.module.css'

/** What runs or holds a transaction open now, the longest first. */
export function RunningQueries() {
  const running = useFacts('running-queries')
  return (
    <section className={css.section}>
      <h3>Running now</h3>
      <FactsState query={running} what="Running statements" lines={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Notice tone="ok" title="No statement runs and no transaction is open" />
          ) : (
            <DataTable
              caption="Running statements and open transactions"
              rows={[...rows].sort((a, b) => longest(b) - longest(a)).slice(0, 8)}
              rowKey={(r) => r.pid}
              columns={[
                { name: 'Statement', wide: true, render: (r) => <QueryText text={r.query} /> },
                {
                  name: 'State',
                  render: (r) => (r.wait ? `${r.state}, waits for ${r.wait}` : r.state),
                  minor: true,
                },
                { name: 'Application', render: (r) => r.application || 'unnamed', minor: true },
                { name: 'PID', numeric: true, minor: true, render: (r) => r.pid },
                { name: 'For', numeric: true, render: (r) => formatSeconds(longest(r)) },
              ]}
            />
          )
        }
      </FactsState>
    </section>
  )
}

const longest = (row: { seconds: number; transaction_seconds: number | null }): number =>
  Math.max(row.seconds, row.transaction_seconds ?? 0)
