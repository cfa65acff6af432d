import { useFacts } from '../hooks/use-facts.ts'
import { Badge } from '../ui/badge.tsx'
import { FactsState } from '../ui/facts-state.tsx'
import { Notice } from '../ui/notice.tsx'
import css from './settings-widget.module.css'
import { Widget } from './widget.tsx'

const RULES = ['settings-review', 'autovacuum-off', 'extension-outdated']
const WORDS = { critical: 'Critical', warning: 'Warning', info: 'Note' } as const

/** Settings of the server, its database and roles that deserve a look, each with the reason. */
export function SettingsWidget() {
  const review = useFacts('settings-review')
  return (
    <Widget title="Settings" span={2} rules={RULES} id="settings">
      <FactsState query={review} what="Settings" lines={3}>
        {(rows) =>
          rows.length === 0 ? (
            <Notice tone="ok" title="No setting deserves a look" />
          ) : (
            <ul className={css.list} aria-label="Settings to look at">
              {rows.map((r) => (
                <li key={`${r.setting} ${r.scope}`}>
                  <p className={css.head}>
                    <Badge tone={r.severity}>{WORDS[r.severity]}</Badge>
                    <code>{r.setting}</code>
                  </p>
                  <p className={css.value}>
                    {r.value}
                    {r.scope !== 'server' && ` for ${r.scope}`}
                    {r.suggested !== null && `, better ${r.suggested}`}
                    {r.restart && ', a change takes a restart'}
                  </p>
                  <p className={css.why}>{r.why}</p>
                </li>
              ))}
            </ul>
          )
        }
      </FactsState>
    </Widget>
  )
}
