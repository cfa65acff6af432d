import { type CSSProperties, useState } from 'react'
import { formatRatio } from '../../core/format.ts'
import { statementId } from '../../core/statement-id.ts'
import type { FactRows } from '../api/rows.ts'
import { showValue } from '../display.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { InFunction, StatementCell, StatementReport } from '../queries/statement-cell.tsx'
import { Badge } from '../ui/badge.tsx'
import { Choice } from '../ui/choice.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import { Notice } from '../ui/notice.tsx'
import css from './widget.module.css'

type Statement = FactRows['statement-rates']
type Order = 'total' | 'mean' | 'calls_rate'

const ORDERS: readonly { value: Order; name: string }[] = [
  { value: 'total', name: 'Most time' },
  { value: 'mean', name: 'Slowest' },
  { value: 'calls_rate', name: 'Most called' },
]

/** The ten statements that take the most, in the sense one chooses. */
export function TopStatements() {
  const statements = useFacts('statement-rates')
  const [order, setOrder] = useState<Order>('total')
  return (
    <section className={css.section}>
      <div className={css.row}>
        <h3>Top statements</h3>
        <Choice label="Order statements by" value={order} onChange={setOrder} options={ORDERS} />
      </div>
      <FactsState query={statements} what="Statements" lines={5}>
        {(rows) => <Statements rows={[...rows].sort((a, b) => b[order] - a[order]).slice(0, 10)} />}
      </FactsState>
    </section>
  )
}

function Statements({ rows }: { readonly rows: readonly Statement[] }) {
  if (rows.length === 0) return <Notice tone="ok" title="No statement ran between the last two samples" />
  return (
    <DataTable
      caption="Top statements between the last two samples"
      rows={rows}
      rowKey={statementId}
      columns={[
        {
          name: 'Statement',
          wide: true,
          render: (r) => (
            <StatementCell text={r.query} id={statementId(r)}>
              {r.toplevel === 'false' && <InFunction />}
            </StatementCell>
          ),
        },
        {
          name: 'Mean',
          numeric: true,
          render: (r) => (
            <span className={css.bar}>
              {r.slow && <Badge tone="warning">Slow</Badge>}
              {showValue(r.mean, 'seconds')}
            </span>
          ),
        },
        { name: 'Calls', numeric: true, minor: true, render: (r) => showValue(r.calls_rate, 'per_second') },
        {
          name: 'Share of time',
          numeric: true,
          render: (r) => (
            <span className={css.bar}>
              {formatRatio(r.share)}
              <i aria-hidden="true" style={{ '--share': `${r.share * 100}%` } as CSSProperties} />
            </span>
          ),
        },
        {
          name: 'Report',
          numeric: true,
          minor: true,
          render: (r) => <StatementReport text={r.query} id={statementId(r)} />,
        },
      ]}
    />
  )
}
