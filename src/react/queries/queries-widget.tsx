import { type CSSProperties, useState } from 'react'
import { formatCount, formatRatio, formatSeconds } from '../../core/format.ts'
import type { QueryList, QuerySummary } from '../api/query-types.ts'
import { showValue } from '../display.ts'
import { useQueries } from '../hooks/use-queries.ts'
import { matching, Shown } from '../tables/shown.tsx'
import { AnswerState } from '../ui/answer-state.tsx'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Notice } from '../ui/notice.tsx'
import { sentence } from '../ui/sentence.ts'
import { TextField } from '../ui/text-field.tsx'
import widget from '../widgets/widget.module.css'
import { Widget } from '../widgets/widget.tsx'
import { LintBadges } from './lint-badges.tsx'
import css from './queries.module.css'
import { InFunction, StatementCell, StatementReport } from './statement-cell.tsx'

/** The rest is found by sorting or by search. */
const MOST = 20

/** The statements of the last window: how often, how long, what their text is reproached with. */
export function QueriesWidget() {
  const queries = useQueries()
  const window = queries.data?.window
  return (
    <Widget
      title="Statements"
      span={3}
      id="statements"
      aside={
        <>
          {window && <span className={css.muted}>in the last {formatSeconds(window)}</span>}
          <Jump to="workload">Index advice</Jump>
          <Jump to="analyse">Analyse SQL</Jump>
        </>
      }
    >
      <AnswerState query={queries} what="Statements" lines={8}>
        {(data) => <Statements data={data} />}
      </AnswerState>
    </Widget>
  )
}

/** The way to what stands below the list. */
const Jump = ({ to, children }: { readonly to: string; readonly children: string }) => (
  <Button
    size="small"
    tone="quiet"
    onClick={() => {
      const place = document.getElementById(to)
      place?.scrollIntoView({ block: 'center', behavior: 'smooth' })
      place?.querySelector<HTMLElement>('input, textarea, button')?.focus({ preventScroll: true })
    }}
  >
    {children}
  </Button>
)

function Statements({ data: { window, statements, unknown } }: { readonly data: QueryList }) {
  const [search, setSearch] = useState('')
  if (unknown)
    return (
      <Notice tone="unknown" title="Statements: not known" fix={unknown.fix}>
        {sentence(unknown.reason)}
      </Notice>
    )
  if (statements.length === 0)
    return (
      <Notice tone="info" title={window === null ? 'The first window is under way' : 'No statement ran'}>
        Figures are differences between two samples: they come with the next one in which something ran.
      </Notice>
    )
  const found = matching(statements, search, ({ text, user, database }) => `${text} ${user} ${database}`)
  return (
    <>
      <div className={css.search}>
        <TextField label="Find a statement" value={search} onChange={setSearch} />
      </div>
      <Rows rows={found} />
      <Shown
        shown={Math.min(found.length, MOST)}
        found={found.length}
        all={statements.length}
        what="statements"
      />
    </>
  )
}

const Rows = ({ rows }: { readonly rows: readonly QuerySummary[] }) =>
  rows.length > 0 && (
    <DataTable
      caption="Statements of the last window"
      rows={rows}
      rowKey={(r) => r.id}
      sorted="Share of time"
      most={MOST}
      columns={[
        {
          name: 'Statement',
          wide: true,
          render: (r) => (
            <StatementCell text={r.text} id={r.id}>
              <span className={css.muted}>{[r.user, r.database].filter(Boolean).join(' · ')}</span>
              {!r.toplevel && <InFunction />}
              <LintBadges lint={r.lint} />
            </StatementCell>
          ),
          sortBy: (r) => r.text,
        },
        {
          name: 'Calls',
          numeric: true,
          minor: true,
          render: (r) => showValue(r.callsRate, 'per_second'),
          sortBy: (r) => r.callsRate,
        },
        {
          name: 'Mean',
          numeric: true,
          render: (r) => (
            <span className={css.mean}>
              {showValue(r.mean, 'seconds')}
              {r.slow && <Badge tone="warning">Slow</Badge>}
            </span>
          ),
          sortBy: (r) => r.mean,
        },
        {
          name: 'Rows',
          numeric: true,
          minor: true,
          render: (r) => formatCount(r.rowsPerCall),
          sortBy: (r) => r.rowsPerCall,
        },
        {
          name: 'Share of time',
          numeric: true,
          render: (r) => (
            <span className={widget.bar}>
              {formatRatio(r.share)}
              <i aria-hidden="true" style={{ '--share': `${r.share * 100}%` } as CSSProperties} />
            </span>
          ),
          sortBy: (r) => r.share,
        },
        {
          name: 'Report',
          numeric: true,
          minor: true,
          render: (r) => <StatementReport text={r.text} id={r.id} />,
        },
      ]}
    />
  )
