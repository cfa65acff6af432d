import type { Mended } from '../api/types.ts'
import { Badge, type Tone } from '../ui/badge.tsx'
import list from '../ui/list.module.css'

const WORDS: Record<Mended['outcome'], readonly [Tone, string]> = {
  'verified-fixed': ['ok', 'Verified fixed'],
  reopened: ['warning', 'Still there'],
  returned: ['warning', 'Fixed, and returned'],
}

/** What became of the findings that a run was to mend. */
export function MendedFindings({ mended }: { readonly mended: readonly Mended[] }) {
  return mended.map(({ key, title, subject, outcome }) => {
    const [tone, word] = WORDS[outcome]
    return (
      <p key={key} className={list.head}>
        <Badge tone={tone}>{word}</Badge>
        <span>
          {title}, {subject}
        </span>
      </p>
    )
  })
}
