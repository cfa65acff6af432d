import { formatRatio } from '../../core/format.ts'
import { useFacts } from '../hooks/use-facts.ts'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import list from '../ui/list.module.css'
import { Widget } from '../widgets/widget.tsx'
import { Name } from './name.tsx'
import css from './tables.module.css'

const RULES = ['sequence-near-end']
const MOST = 20

/** Sequences that can run out, the nearest to their end first. */
export function SequencesWidget() {
  const sequences = useFacts('sequence-usage')
  return (
    <Widget title="Sequences" span={3} id="sequences" rules={RULES}>
      <FactsState query={sequences} what="Sequences" lines={3}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={list.muted}>No sequence can run out: all are of bigint, or start over.</p>
          ) : (
            <DataTable
              caption="Sequences that can run out"
              rows={rows}
              rowKey={(s) => s.oid}
              sorted="Used"
              most={MOST}
              columns={[
                {
                  name: 'Sequence',
                  render: (s) => <Name schema={s.schema} name={s.sequence} />,
                  sortBy: (s) => `${s.schema}.${s.sequence}`,
                },
                {
                  name: 'Feeds',
                  minor: true,
                  render: (s) => (
                    <span className={css.name}>
                      {s.table && (
                        <bdi>
                          {s.table}.{s.column}
                        </bdi>
                      )}
                      <small>{s.refers ? `${s.type}, by a foreign key` : s.type}</small>
                    </span>
                  ),
                },
                {
                  name: 'Used',
                  numeric: true,
                  render: (s) => (
                    <span className={css.due} data-over={(s.used ?? 0) > 0.75}>
                      {s.used === null ? 'unknown' : formatRatio(s.used)}
                    </span>
                  ),
                  sortBy: (s) => s.used,
                },
                {
                  name: 'Left',
                  numeric: true,
                  render: (s) => (s.left === null ? '–' : s.left.toLocaleString('en-US')),
                  sortBy: (s) => s.left,
                },
              ]}
            />
          )
        }
      </FactsState>
    </Widget>
  )
}
