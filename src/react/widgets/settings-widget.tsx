import { useFacts } from '../hooks/use-facts.ts'
import { Badge } from '../ui/badge.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import { Notice } from '../ui/notice.tsx'
import { Widget } from './widget.tsx'

const RULES = ['settings-review', 'autovacuum-off', 'extension-outdated']
const WORDS = { critical: 'Critical', warning: 'Warning', info: 'Note' } as const

/** Settings of the server that deserve a look, each with the reason. */
export function SettingsWidget() {
  const review = useFacts('settings-review')
  return (
    <Widget title="Settings" span={3} rules={RULES} id="settings">
      <FactsState query={review} what="Settings" lines={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Notice tone="ok" title="No setting deserves a look" />
          ) : (
            <DataTable
              caption="Settings to look at"
              rows={rows}
              rowKey={(r) => r.setting}
              columns={[
                { name: 'Setting', render: (r) => <code>{r.setting}</code> },
                { name: 'Weight', render: (r) => <Badge tone={r.severity}>{WORDS[r.severity]}</Badge> },
                { name: 'Now', render: (r) => r.value },
                { name: 'Better', render: (r) => (r.suggested ?? '–') + (r.restart ? ' (restart)' : '') },
                { name: 'Why', render: (r) => r.why },
              ]}
            />
          )
        }
      </FactsState>
    </Widget>
  )
}
