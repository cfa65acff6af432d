import { formatBytes, formatRatio } from '../../core/format.ts'
import type { FactRows } from '../api/rows.ts'
import { showValue } from '../display.ts'
import { useConcern } from '../hooks/use-concern.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { FactsState } from '../ui/facts-state.tsx'
import { Figures } from '../ui/figures.tsx'
import { Meter } from '../ui/meter.tsx'
import { LargestTables } from './largest-tables.tsx'
import own from './storage-widget.module.css'
import { Trend } from './trend.tsx'
import css from './widget.module.css'
import { Widget } from './widget.tsx'

const RULES = ['storage-near-limit', 'table-bloat', 'index-bloat']

/** How large the database is against its limit, and what takes the room. */
export function StorageWidget() {
  const storage = useFacts('storage')
  return (
    <Widget title="Storage" rules={RULES} span={2} id="storage">
      <div className={own.halves}>
        <div className={own.usage}>
          <FactsState query={storage} what="Storage" lines={4}>
            {(rows) => rows[0] && <Usage row={rows[0]} />}
          </FactsState>
          <Trend metric="storage.database" unit="bytes" name="Database size" />
        </div>
        <LargestTables />
      </div>
    </Widget>
  )
}

/** What is surely wasted, of all that can be estimated; undefined where nothing is known. */
function useWaste(): number | undefined {
  const [tables, indexes] = [useFacts('table-bloat'), useFacts('index-bloat')]
  if (!tables.data?.ok || !indexes.data?.ok) return undefined
  return [...tables.data.rows, ...indexes.data.rows]
    .filter((b) => b.confidence === 'high')
    .reduce((sum, b) => sum + (b.bloat ?? 0), 0)
}

function Usage({ row }: { readonly row: FactRows['storage'] }) {
  const concern = useConcern(['storage-near-limit'])
  const waste = useWaste()
  const size = formatBytes(row.database)
  const { limit, used } = row
  return (
    <>
      <div className={css.section}>
        <p className={css.lead}>
          <strong>{size}</strong>
          <span>
            {limit !== null && used !== null
              ? `of ${formatBytes(limit)}, ${formatRatio(used)}`
              : 'no limit is configured'}
          </span>
        </p>
        {limit !== null && used !== null && (
          <Meter
            label="Storage in use"
            ratio={used}
            text={`${size} of ${formatBytes(limit)}, ${formatRatio(used)}`}
            concern={concern}
          />
        )}
      </div>
      <Figures
        items={[
          { name: 'Write-ahead log', value: showValue(row.wal, 'bytes') },
          { name: 'Temporary files', value: showValue(row.temp, 'bytes') },
          { name: 'Bloat, estimated', value: showValue(waste, 'bytes') },
        ]}
      />
    </>
  )
}
