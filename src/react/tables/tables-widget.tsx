import { useState } from 'react'
import { formatBytes, formatCount, formatRatio, plural } from '../../core/format.ts'
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
import { rollUp, type TableRow, wasteOf } from './roll-up.ts'
import { matching, Shown } from './shown.tsx'
import css from './tables.module.css'
import { Waste } from './waste.tsx'

const RULES = ['table-bloat', 'dead-rows', 'vacuum-overdue', 'autovacuum-off', 'stale-statistics']

type Table = FactRows['tables']

const nameOf = (t: Table) => `${t.schema}.${t.table}`

/** Every table with its size, waste, dead rows and upkeep; the partitions of one folded into it unless one is looked for. */
export function TablesWidget() {
  const tables = useFacts('tables')
  const partitioned = useFacts('partitioned-tables')
  const [search, setSearch] = useState('')
  return (
    <Widget title="Tables" span={3} id="tables" rules={RULES}>
      <FactsState query={tables} what="Tables" lines={8}>
        {(tables) => {
          if (tables.length === 0) return <p className={list.muted}>There are no tables of your own yet.</p>
          const wholes = partitioned.data?.ok ? partitioned.data.rows : []
          const looked = search.trim() !== ''
          const all: readonly TableRow[] = looked ? tables : rollUp(tables, wholes)
          return (
            <>
              <div className={css.search}>
                <TextField label="Find a table" value={search} onChange={setSearch} />
              </div>
              <Rows rows={matching(all, search, nameOf)} all={all.length} />
            </>
          )
        }}
      </FactsState>
    </Widget>
  )
}

function Rows({ rows, all }: { readonly rows: readonly TableRow[]; readonly all: number }) {
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
  const estimateOf = (t: TableRow) => (t.parts ? wasteOf(t.parts, estimates) : estimates.get(t.oid))
  const wasted = (t: TableRow) => truths.get(nameOf(t))?.bloat ?? estimateOf(t)?.bloat ?? null
  const dueOf = ({ parts, ...t }: TableRow): number =>
    Math.max(0, ...(parts ?? [t]).map((p) => dues.get(nameOf(p)) ?? 0))
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
        parts={(t) => t.parts}
        columns={[
          {
            name: 'Table',
            render: (t) => (
              <Name
                schema={t.schema}
                name={t.table}
                of={t.parts ? plural(t.parts.length, 'partition') : null}
              />
            ),
            sortBy: nameOf,
          },
          { name: 'Size', numeric: true, render: (t) => formatBytes(t.size), sortBy: (t) => t.size },
          {
            name: 'Bloat',
            render: (t) => <Waste estimate={estimateOf(t)} measured={truths.get(nameOf(t))} />,
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
            render: (t) => <Due enabled={t.autovacuum_enabled} due={dueOf(t)} />,
            sortBy: (t) => (t.autovacuum_enabled ? dueOf(t) : null),
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
            render: (t) =>
              t.parts === undefined && (
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
