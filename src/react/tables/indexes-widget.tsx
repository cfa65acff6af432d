import { useState } from 'react'
import { formatBytes, formatCount } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { showAgo, showMoment } from '../display.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { useNow } from '../hooks/use-now.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import list from '../ui/list.module.css'
import { TextField } from '../ui/text-field.tsx'
import { Widget } from '../widgets/widget.tsx'
import { Name } from './name.tsx'
import { matching, Shown } from './shown.tsx'
import css from './tables.module.css'
import { Waste } from './waste.tsx'

const RULES = ['index-bloat', 'invalid-index', 'unindexed-foreign-key']
const MOST = 100
/** As the advice to drop an unused index has it, milliseconds. */
const ENOUGH = 14 * 86_400_000

type Index = FactRows['index-usage']

/** Every index with its size, waste and use. */
export function IndexesWidget() {
  const indexes = useFacts('index-usage')
  const [search, setSearch] = useState('')
  return (
    <Widget title="Indexes" span={3} id="indexes" rules={RULES}>
      <FactsState query={indexes} what="Indexes" lines={8}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={list.muted}>There are no indexes of your own yet.</p>
          ) : (
            <>
              <div className={css.search}>
                <TextField label="Find an index or its table" value={search} onChange={setSearch} />
              </div>
              <Rows rows={matching(rows, search, (i) => `${i.schema}.${i.index} ${i.table}`)} all={rows} />
            </>
          )
        }
      </FactsState>
    </Widget>
  )
}

function Rows({ rows, all }: { readonly rows: readonly Index[]; readonly all: readonly Index[] }) {
  const bloat = useFacts('index-bloat')
  const measured = useFacts('measured-bloat')
  const now = useNow(30_000)
  const estimates = new Map(bloat.data?.ok ? bloat.data.rows.map((b) => [b.oid, b]) : [])
  const truths = new Map(
    measured.data?.ok ? measured.data.rows.map((m) => [`${m.schema}.${m.relation}`, m]) : [],
  )
  const nameOf = (i: Index) => `${i.schema}.${i.index}`
  const since = all[0]?.since
  return (
    <>
      <DataTable
        caption="All indexes"
        rows={rows}
        rowKey={(i) => i.oid}
        sorted="Size"
        most={MOST}
        columns={[
          {
            name: 'Index',
            render: (i) => <Name schema={i.schema} name={i.index} of={i.table} />,
            sortBy: nameOf,
          },
          { name: 'Size', numeric: true, render: (i) => formatBytes(i.size), sortBy: (i) => i.size },
          {
            name: 'Bloat',
            render: (i) => <Waste estimate={estimates.get(i.oid)} measured={truths.get(nameOf(i))} />,
            sortBy: (i) => truths.get(nameOf(i))?.bloat ?? estimates.get(i.oid)?.bloat ?? null,
          },
          {
            name: 'Scans',
            numeric: true,
            render: (i) => (i.valid ? formatCount(i.scans) : 'invalid'),
            sortBy: (i) => i.scans,
          },
          {
            name: 'Last scan',
            numeric: true,
            minor: true,
            render: (i) => (i.last_scan === null ? '–' : showAgo(i.last_scan, now)),
            sortBy: (i) => i.last_scan,
          },
          {
            name: 'Stays because',
            minor: true,
            render: (i) => <span className={css.waste}>{i.kept_because ?? '–'}</span>,
            sortBy: (i) => i.kept_because,
          },
        ]}
      />
      <Shown shown={Math.min(rows.length, MOST)} found={rows.length} all={all.length} what="indexes" />
      {since && (
        <p className={list.muted}>
          Scans on this server since {showMoment(since)}
          {now - since < ENOUGH && ': too short a time to call an index without scans unused'}.
        </p>
      )}
    </>
  )
}
