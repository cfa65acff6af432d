import { useState } from 'react'
import { plural } from '../../core/format.ts'
import { useDatabaseHealth } from '../hooks/use-database-health.ts'
import { Notice } from '../ui/notice.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import css from './opportunities-widget.module.css'
import { OpportunityItem } from './opportunity-item.tsx'
import { Widget } from './widget.tsx'

const FIRST = 6

/** What is worth doing, with its proof. */
export function OpportunitiesWidget() {
  const { data, error, refetch } = useDatabaseHealth()
  const [all, setAll] = useState(false)
  const found = data?.opportunities ?? []
  const shown = all ? found : found.slice(0, FIRST)
  return (
    <Widget
      title="Optimization opportunities"
      span={3}
      id="opportunities"
      aside={
        <span className={css.count}>
          {found.length > 0 && plural(found.length, 'opportunity', 'opportunities')}
        </span>
      }
    >
      {!data && !error && <Skeleton lines={3} />}
      {!data && error && <Notice tone="critical" title={error.message} onRetry={() => refetch()} />}
      {data && data.at === null && <Notice tone="info" title="The first reading is under way" />}
      {data && data.at !== null && found.length === 0 && (
        <Notice tone="ok" title="Nothing worth changing was proved">
          Advice is given only with evidence. Unused indexes, for example, show after two weeks of statistics.
        </Notice>
      )}
      {shown.length > 0 && (
        <ul className={css.list}>
          {shown.map((o) => (
            <li key={o.key}>
              <OpportunityItem opportunity={o} />
            </li>
          ))}
        </ul>
      )}
      {found.length > FIRST && (
        <button type="button" className={css.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${found.length}`}
        </button>
      )}
    </Widget>
  )
}
