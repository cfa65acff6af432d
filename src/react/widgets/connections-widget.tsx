import { formatRatio, formatSeconds, plural } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { showValue } from '../display.ts'
import { useConcern } from '../hooks/use-concern.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import { Meter } from '../ui/meter.tsx'
import { sentence } from '../ui/sentence.ts'
import { StackedBar } from '../ui/stacked-bar.tsx'
import { Pools } from './pools.tsx'
import { Trend } from './trend.tsx'
import css from './widget.module.css'
import { Widget } from './widget.tsx'

const RULES = [
  'connections-near-limit',
  'connection-leak',
  'idle-in-transaction',
  'long-transaction',
  'untracked-sessions',
  'pool-waiting',
]

/** Connections: how many of those that can be used, by state and by application. */
export function ConnectionsWidget() {
  const connections = useFacts('connections')
  const groups = useFacts('connection-groups')
  return (
    <Widget title="Connections" rules={RULES} id="connections">
      <FactsState query={connections} what="Connections" lines={5}>
        {(rows) => rows[0] && <Usage row={rows[0]} />}
      </FactsState>
      <section className={css.section}>
        <h3>By application</h3>
        <FactsState query={groups} what="Applications" lines={3}>
          {(rows) => <Applications rows={rows.filter((r) => r.by === 'application')} />}
        </FactsState>
      </section>
      <Pools />
    </Widget>
  )
}

function Usage({ row }: { readonly row: FactRows['connections'] }) {
  const concern = useConcern(['connections-near-limit'])
  const share = formatRatio(row.utilisation)
  const oldest = [
    row.oldest_transaction !== null && `oldest transaction ${formatSeconds(row.oldest_transaction)}`,
    // PostgreSQL tells no age of an aborted transaction, only how long it is idle.
    row.oldest_idle_in_transaction !== null &&
      `oldest one left idle ${formatSeconds(row.oldest_idle_in_transaction)}`,
  ].filter((part) => part !== false)
  return (
    <>
      <div className={css.section}>
        <p className={css.lead}>
          <strong>{row.used}</strong>
          <span>
            of {plural(row.usable, 'usable connection')}, {share}
          </span>
        </p>
        <Meter
          label="Connections in use"
          ratio={row.utilisation}
          text={`${row.used} of ${row.usable}, ${share}`}
          concern={concern}
        />
      </div>
      <StackedBar legend parts={statesOf(row)} />
      {row.active === null && (
        <p className={css.note}>track_activities is off: what sessions do is not known.</p>
      )}
      {oldest.length > 0 && <p className={css.note}>{sentence(oldest.join(', '))}</p>}
      <Trend metric="connections.used" unit="count" name="Connections" top={row.usable} />
    </>
  )
}

function statesOf(row: FactRows['connections']) {
  const all = [
    { name: 'Active', value: row.active, series: 1 },
    { name: 'Idle', value: row.idle, series: 5 },
    { name: 'Idle in transaction', value: row.idle_in_transaction, series: 3 },
    // Rare enough to be shown only when there is one.
    { name: 'Aborted', value: row.aborted || null, series: 4 },
    { name: 'Not telling', value: row.hidden || null, series: 2 },
  ] as const
  return all.flatMap(({ value, ...p }) => (value === null ? [] : [{ ...p, value, text: String(value) }]))
}

function Applications({ rows }: { readonly rows: readonly FactRows['connection-groups'][] }) {
  const shown = [...rows].sort((a, b) => b.connections - a.connections).slice(0, 6)
  if (shown.length === 0) return <p className={css.note}>No client is connected.</p>
  return (
    <DataTable
      caption="Connections by application"
      rows={shown}
      rowKey={(r) => r.name}
      columns={[
        { name: 'Application', render: (r) => (r.service ? `${r.name}: ${r.service}` : r.name || 'unnamed') },
        { name: 'Total', numeric: true, render: (r) => r.connections },
        { name: 'Active', numeric: true, render: (r) => showValue(r.active, 'count') },
        { name: 'Longest idle', numeric: true, render: (r) => showValue(r.oldest_idle, 'seconds') },
      ]}
    />
  )
}
