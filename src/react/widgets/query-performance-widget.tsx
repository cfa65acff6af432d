import { formatSeconds } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { showValue } from '../display.ts'
import { useCatalog } from '../hooks/use-catalog.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { Explain } from '../ui/explain.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import { Figures } from '../ui/figures.tsx'
import css from './query-performance-widget.module.css'
import { RunningQueries } from './running-queries.tsx'
import { TopStatements } from './top-statements.tsx'
import { Trend } from './trend.tsx'
import { Widget } from './widget.tsx'

const RULES = ['slow-average-query', 'many-slow-queries', 'slow-query']

/** How long statements take, which take the most, and what runs now. */
export function QueryPerformanceWidget() {
  const performance = useFacts('query-performance')
  return (
    <Widget title="Query performance" rules={RULES} span={3} id="queries">
      <div className={css.top}>
        <FactsState query={performance} what="Query performance" lines={3}>
          {(rows) => rows[0] && <Summary row={rows[0]} />}
        </FactsState>
        <Trend metric="query-performance.average" unit="seconds" name="Average response" />
      </div>
      <TopStatements />
      <RunningQueries />
    </Widget>
  )
}

function Summary({ row }: { readonly row: FactRows['query-performance'] }) {
  const { data: catalog } = useCatalog()
  const table = catalog?.tables.find((t) => t.name === 'query-performance')
  const method = table?.columns.find((c) => c.name === 'p95')?.help
  return (
    <Figures
      items={[
        { name: 'Average', value: showValue(row.average, 'seconds') },
        {
          name: 'P95',
          value: showValue(row.p95, 'seconds'),
          help: (
            <Explain what="how P95 is computed">
              <p>{method ?? 'The mean of each statement, weighted by its calls.'}</p>
              {table && <p className={css.doc}>{table.doc}</p>}
            </Explain>
          ),
        },
        { name: 'Median', value: showValue(row.median, 'seconds') },
        { name: 'Slow statements', value: `${row.slow_statements}`, note: `of ${row.statements} seen` },
        {
          name: 'Calls',
          value: showValue(row.calls_rate, 'per_second'),
          note: `over ${formatSeconds(row.window)}`,
        },
      ]}
    />
  )
}
