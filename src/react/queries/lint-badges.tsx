import { plural } from '../../core/format.ts'
import type { QuerySummary } from '../api/query-types.ts'
import { Badge } from '../ui/badge.tsx'

const WORDS = [
  ['critical', 'critical', 'critical'],
  ['warning', 'warning', 'warnings'],
  ['info', 'note', 'notes'],
] as const

/** How often the text alone is reproached, by gravity; nothing where it isn't. */
export const LintBadges = ({ lint }: Pick<QuerySummary, 'lint'>) =>
  WORDS.map(
    ([severity, one, many]) =>
      lint[severity] > 0 && (
        <Badge key={severity} tone={severity}>
          {plural(lint[severity], one, many)}
        </Badge>
      ),
  )
