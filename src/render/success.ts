import type { Success, SuccessMetric } from '../core/capacity.ts'
import { formatDay, formatRatio, formatSeconds, formatValue, plural } from '../core/format.ts'
import { renderTable } from './table.ts'
import { plain, type Style, type Tone, wrap } from './text.ts'

const COLUMNS = [
  { title: 'Goal', flexible: true },
  { title: 'Target', align: 'right' },
  { title: 'Actual', align: 'right' },
  { title: 'Change', align: 'right' },
  { title: '' },
] as const

/** The report of `pgtend success`: the goals, then what to know of them. */
export function renderSuccess(
  { from, to, watched, metrics }: Success,
  { width = 80, style = plain }: { readonly width?: number; readonly style?: Style } = {},
): string {
  const rows = metrics.map((metric) => {
    const { title, unit, target, direction, actual, trend } = metric
    const [text, tone] = verdict(metric)
    return [
      title,
      `${direction === 'below' ? '<' : '≥'} ${formatValue(target, unit)}`,
      actual === null ? '–' : unit === 'ratio' ? percent(actual) : formatValue(actual, unit),
      trend === null ? '' : change(trend, unit),
      { text, tone },
    ]
  })
  const notes = metrics.flatMap(({ title, note, errorBudget }) => {
    const said = [errorBudget && budget(errorBudget), note].filter((part) => part !== undefined).join(' ')
    return said === '' ? [] : [`${wrap(`${title}: ${said}`, width)}\n`]
  })
  const head = `${formatDay(from)} to ${formatDay(to)}; watched ${formatRatio(watched)} of the time.`
  return [`${wrap(head, width)}\n`, renderTable(COLUMNS, rows, { width, style }), notes.join('')]
    .filter((part) => part !== '')
    .join('\n')
}

function verdict({ met }: SuccessMetric): [string, Tone] {
  if (met === null) return ['unknown', 'muted']
  return met ? ['met', 'good'] : ['missed', 'critical']
}

/** Near 100 a hundredth of a per cent decides: never rounded up. */
const percent = (ratio: number): string =>
  ratio < 0.9 ? formatRatio(ratio) : `${Math.floor(ratio * 10_000 + 1e-9) / 100} %`

/** Shares change by percentage points. */
function change(trend: number, unit: SuccessMetric['unit']): string {
  const sign = trend < 0 ? '−' : '+'
  const size = Math.abs(trend)
  if (unit === 'seconds') return size < 0.00005 ? 'same' : `${sign}${formatSeconds(size)}`
  return size < 0.00005
    ? 'same'
    : `${sign}${(size * 100).toFixed(size < 0.0995 ? 2 : 0).replace(/\.?0+$/, '')} pp`
}

function budget({ total, spent, unit }: NonNullable<SuccessMetric['errorBudget']>): string {
  if (unit === 'count') return `${plural(spent, 'failure')}, ${total === 0 ? 'none' : total} allowed.`
  return `down for ${formatSeconds(spent)} of the ${formatSeconds(total)} allowed.`
}
