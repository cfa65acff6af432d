import { useState } from 'react'
import { formatBytes, formatCount, formatRatio } from '../../core/format.ts'
import { useRefusal } from '../actions/use-refusal.ts'
import type { FactRows } from '../api/rows.ts'
import { showAgo } from '../display.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { useMeasure } from '../hooks/use-measure.ts'
import { useNow } from '../hooks/use-now.ts'
import { Failure } from '../ui/answer-state.tsx'
import { Button } from '../ui/button.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import list from '../ui/list.module.css'
import { TextField } from '../ui/text-field.tsx'
import { Widget } from '../widgets/widget.tsx'
import { MeasuredNotice } from './measured-notice.tsx'
import { Name } from './name.tsx'
import { matching, Shown } from './shown.tsx'
import css from './tables.module.css'
import { Waste } from './waste.tsx'

const RULES = ['table-bloat', 'dead-rows', 'vacuum-overdue', 'autovacuum-off', 'stale-statistics']

type Table = FactRows['tables']

/** Every table with its size, waste, dead rows and upkeep. */
export function TablesWidget() {
  const tables = useFacts('tables')
  const [search, setSearch] = useState('')
  return (
    <Widget title="Tables" span={3} id="tables" rules={RULES}>
      <FactsState query={tables} what="Tables" lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={list.muted}>There are no tables of your own yet.</p>
          ) : (
            <>
              <div className={css.search}>
                <TextField label="Find a table" value={search} onChange={setSearch} />
              </div>
              <Rows rows={matching(rows, search, (t) => `${t.schema}.${t.table}`)} all={rows.length} />
            </>
          )
        }
      </FactsState>
    </Widget>
  )
}

function Rows({ rows, all }: { readonly rows: readonly Table[]; readonly all: number }) {
  const bloat = useFacts('table-bloat')
  const measured = useFacts('measured-bloat')
  const due = useFacts('autovacuum-due')
  const measure = useMeasure()
  const refusal = useRefusal()
  const now = useNow(30_000)
  const estimates = new Map(bloat.data?.ok ? bloat.data.rows.map((b) => [b.oid, b]) : [])
  const truths = new Map(
    measured.data?.ok ? measured.data.rows.map((m) => [`${m.schema}.${m.relation}`, m]) : [],
  )
  const dues = new Map<string, number>()
  for (const d of due.data?.ok ? due.data.rows : []) {
    const name = `${d.schema}.${d.table}`
    if (d.enabled) dues.set(name, Math.max(d.due, dues.get(name) ?? 0))
  }
  const nameOf = (t: Table) => `${t.schema}.${t.table}`
  const wasted = (t: Table) => truths.get(nameOf(t))?.bloat ?? estimates.get(t.oid)?.bloat ?? null
  const ago = (at: number | null) => (at === null ? '–' : showAgo(at, now))
  return (
    <>
      {bloat.data?.ok === false && bloat.data.reason === 'denied' && (
        <FactsState query={bloat} what="Bloat">
          {() => null}
        </FactsState>
      )}
      {measure.error && <Failure error={measure.error} />}
      {measure.data && <MeasuredNotice found={measure.data} />}
      <DataTable
        caption="All tables"
        rows={rows}
        rowKey={(t) => t.oid}
        sorted="Size"
        most={MOST}
        columns={[
          {
            name: 'Table',
            render: (t) => <Name schema={t.schema} name={t.table} />,
            sortBy: nameOf,
          },
          { name: 'Size', numeric: true, render: (t) => formatBytes(t.size), sortBy: (t) => t.size },
          {
            name: 'Bloat',
            render: (t) => <Waste estimate={estimates.get(t.oid)} measured={truths.get(nameOf(t))} />,
            sortBy: wasted,
          },
          {
            name: 'Rows',
            numeric: true,
            minor: true,
            render: (t) => formatCount(t.live),
            sortBy: (t) => t.live,
          },
          {
            name: 'Dead',
            numeric: true,
            render: (t) => (t.dead === 0 ? '–' : formatRatio(t.dead_ratio)),
            sortBy: (t) => t.dead_ratio,
          },
          {
            name: 'Autovacuum',
            numeric: true,
            render: (t) => <Due enabled={t.autovacuum_enabled} due={dues.get(nameOf(t)) ?? 0} />,
            sortBy: (t) => (t.autovacuum_enabled ? (dues.get(nameOf(t)) ?? 0) : null),
          },
          {
            name: 'Vacuumed',
            minor: true,
            numeric: true,
            render: (t) => ago(t.last_vacuum),
            sortBy: (t) => t.last_vacuum,
          },
          {
            name: 'Analysed',
            minor: true,
            numeric: true,
            render: (t) => ago(t.last_analyze),
            sortBy: (t) => t.last_analyze,
          },
          {
            name: 'Measure',
            minor: true,
            render: (t) => (
              <Button
                size="small"
                tone="quiet"
                aria-label={`Measure the bloat of ${nameOf(t)}`}
                off={refusal !== undefined}
                aria-describedby={refusal ? 'measure-refusal' : undefined}
                busy={measure.isPending && measure.variables === nameOf(t)}
                onClick={() => measure.mutate(nameOf(t))}
              >
                Measure
              </Button>
            ),
          },
        ]}
      />
      <Shown shown={Math.min(rows.length, MOST)} found={rows.length} all={all} what="tables" />
      <p className={list.muted} id="measure-refusal">
        {refusal ??
          'Measure reads the pages of a table and of its indexes with pgstattuple. Autovacuum: how far a table is towards the next visit; above 100 % it is due.'}
      </p>
    </>
  )
}

/** The rest is found by its name or by sorting. */
const MOST = 100

const Due = ({ enabled, due }: { readonly enabled: boolean; readonly due: number }) =>
  enabled ? (
    <span className={css.due} data-over={due > 2}>
      {due === 0 ? '–' : formatRatio(due)}
    </span>
  ) : (
    <span className={css.due} data-over="true">
      off
    </span>
  )
