import { formatRatio } from '../../core/format.ts'
import type { SuccessMetric } from '../api/capacity-types.ts'
import { showValue } from '../display.ts'
import { Badge } from '../ui/badge.tsx'
import list from '../ui/list.module.css'
import { Meter } from '../ui/meter.tsx'
import css from './capacity.module.css'

/** One goal: what was aimed at, what came of it, and whether it gets better. */
export function MetricCard({ metric }: { readonly metric: SuccessMetric }) {
  const { title, unit, actual, met, note } = metric
  return (
    <article className={css.metric} data-met={met ?? 'unknown'} aria-label={title}>
      <div className={css.top}>
        <h3>{title}</h3>
        {met === null ? (
          <Badge tone="unknown">Not known</Badge>
        ) : (
          <Badge tone={met ? 'ok' : 'critical'}>{met ? 'Met' : 'Missed'}</Badge>
        )}
      </div>
      <p className={css.actual}>
        <strong>{showValue(actual, unit)}</strong>
        <span>goal {goalOf(metric)}</span>
      </p>
      <Trend metric={metric} />
      <Budget metric={metric} />
      {note && <p className={list.muted}>{note}</p>}
    </article>
  )
}

/** More than all of something is no goal. */
function goalOf({ direction, target, unit }: SuccessMetric): string {
  const value = showValue(target, unit)
  return direction === 'above' && unit === 'ratio' && target >= 1 ? value : `${direction} ${value}`
}

function Trend({ metric: { trend, unit, direction } }: { readonly metric: SuccessMetric }) {
  if (trend === null) return <p className={css.trend}>Nothing to compare it with yet.</p>
  if (trend === 0) return <p className={css.trend}>As in the period before.</p>
  const better = direction === 'below' ? trend < 0 : trend > 0
  const by =
    unit === 'ratio'
      ? `${Number((Math.abs(trend) * 100).toFixed(2))} percentage points`
      : showValue(Math.abs(trend), unit)
  return (
    <p className={css.trend} data-better={better}>
      <b>{better ? 'Better' : 'Worse'}</b> by {by} than in the period before
    </p>
  )
}

function Budget({ metric: { errorBudget } }: { readonly metric: SuccessMetric }) {
  if (!errorBudget) return null
  const { total, spent, unit } = errorBudget
  if (total === 0 && spent === 0) return null
  const share = total > 0 ? spent / total : spent > 0 ? 2 : 0
  const words =
    total > 0
      ? `${showValue(spent, unit)} of ${showValue(total, unit)} spent`
      : `${showValue(spent, unit)} spent, where none may be`
  return (
    <div className={css.budget}>
      <Meter
        label="Error budget"
        ratio={share}
        text={words}
        concern={share > 1 ? 'critical' : share > 0.75 ? 'warning' : 'ok'}
      />
      <p className={css.trend}>
        Error budget: {words}
        {total > 0 && ` (${formatRatio(share)})`}
      </p>
    </div>
  )
}
