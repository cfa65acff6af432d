import type { Bloats } from '../../core/bloat.ts'
import { formatBytes, formatRatio } from '../../core/format.ts'
import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'

/** What a measurement found just now. */
export function MeasuredNotice({ found: { rows, unknown } }: { readonly found: Bloats }) {
  return (
    <Notice tone={rows.length > 0 ? 'info' : 'unknown'} title={rows.length > 0 ? 'Measured' : 'Not measured'}>
      <ul>
        {rows.map((r) => (
          <li key={`${r.schema}.${r.index ?? r.table}`}>
            <bdi>
              {r.schema}.{r.index ?? r.table}
            </bdi>
            : {formatRatio(r.bloat)} of {formatBytes(r.size)} hold nothing alive.
          </li>
        ))}
        {unknown.map((why) => (
          <li key={why} className={list.muted}>
            {why}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
