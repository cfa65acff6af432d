import list from '../ui/list.module.css'
import { Notice } from '../ui/notice.tsx'
import css from './queries.module.css'
import { Remedy } from './remedy.tsx'

export interface GapsProps {
  readonly title: string
  readonly gaps: readonly {
    readonly what: string
    readonly reason: string
    readonly remedy?: string | undefined
  }[]
}

/** What could not be looked at, and what would help; the same remedy is said once. */
export function Gaps({ title, gaps }: GapsProps) {
  if (gaps.length === 0) return null
  const byRemedy = [...Map.groupBy(gaps, (g) => g.remedy ?? '')]
  return (
    <Notice tone="unknown" title={title}>
      <ul className={css.gaps}>
        {byRemedy.map(([remedy, all]) => (
          <li key={remedy}>
            {all.map((g) => (
              <p key={`${g.what} ${g.reason}`}>
                <span className={list.strong}>{g.what}:</span> {g.reason}
              </p>
            ))}
            <Remedy text={remedy} />
          </li>
        ))}
      </ul>
    </Notice>
  )
}
