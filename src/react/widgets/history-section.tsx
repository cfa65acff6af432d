import type { Range } from '../api/types.ts'
import { usePgtend } from '../context.tsx'
import { Choice } from '../ui/choice.tsx'
import { Notice } from '../ui/notice.tsx'
import { HistoryChart } from './history-chart.tsx'
import css from './history-section.module.css'
import { Widget } from './widget.tsx'

export interface HistorySectionProps {
  readonly range: Range
  readonly onRangeChange: (range: Range) => void
}

const RANGES: readonly { value: Range; name: string }[] = [
  { value: '1h', name: '1 h' },
  { value: '24h', name: '24 h' },
  { value: '7d', name: '7 d' },
]

/** How the vital figures went over the chosen range. Times without a sample are gaps. */
export function HistorySection({ range, onRangeChange }: HistorySectionProps) {
  const { target } = usePgtend()
  return (
    <Widget
      title="History"
      span={3}
      id="history"
      aside={<Choice label="Range of the history" value={range} onChange={onRangeChange} options={RANGES} />}
    >
      {target?.storeError && (
        <Notice tone="warning" title={`${target.storeError.message}: the lines stop here`}>
          {target.storeError.remedy}
        </Notice>
      )}
      <div className={css.charts}>
        <HistoryChart title="Health score" range={range} top={100} lines={[['Score', 'health.score']]} />
        <HistoryChart
          title="Connections"
          range={range}
          lines={[
            ['Used', 'connections.used'],
            ['Active', 'connections.active'],
          ]}
        />
        <HistoryChart
          title="Response time"
          range={range}
          lines={[
            ['Average', 'query-performance.average'],
            ['P95', 'query-performance.p95'],
          ]}
        />
        <HistoryChart title="Transactions" range={range} lines={[['Ended', 'database-rates.transactions']]} />
        <HistoryChart
          title="Cache hit ratio"
          range={range}
          top={1}
          lines={[['This database', 'database-rates.cache_hit']]}
        />
        <HistoryChart title="Database size" range={range} lines={[['Size', 'storage.database']]} />
      </div>
    </Widget>
  )
}
