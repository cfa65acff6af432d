import { formatCount, formatRatio } from '../../core/format.ts'
import { Badge } from '../ui/badge.tsx'
import { Icon } from '../ui/icon.tsx'
import css from './queries.module.css'

export interface CostChangeProps {
  /** In planner units. */
  readonly before: number
  readonly after: number
}

/** Less than this is noise of the estimates. */
const SAME = 0.01

/** The planner's cost before and after. */
export function CostChange({ before, after }: CostChangeProps) {
  const change = after / Math.max(before, Number.MIN_VALUE) - 1
  const tone = change < -SAME ? 'ok' : change > SAME ? 'warning' : 'unknown'
  const words = tone === 'unknown' ? 'the same' : `${change < 0 ? '−' : '+'}${formatRatio(Math.abs(change))}`
  return (
    <span className={css.cost}>
      <span className={css.change}>
        cost {formatCount(before)}
        <span className={css.hidden}> to </span>
        <Icon name="next" size={13} />
        {formatCount(after)}
      </span>
      <Badge tone={tone}>{words}</Badge>
    </span>
  )
}
