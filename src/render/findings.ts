import { formatSeconds } from '../core/format.ts'
import type { Mended } from '../core/mended.ts'
import type { FindingRecord } from '../core/store.ts'
import type { WithSuppression } from '../core/suppressed.ts'
import { renderTable } from './table.ts'
import { oneLine, type Style, type Tone } from './text.ts'

interface Page {
  readonly width: number
  readonly style: Style
}

const OUTCOMES: Readonly<Record<FindingRecord['outcome'], readonly [string, Tone]>> = {
  open: ['open', 'warning'],
  reopened: ['still there', 'critical'],
  returned: ['returned', 'critical'],
  gone: ['gone', 'muted'],
  'verified-fixed': ['verified fixed', 'good'],
}

type Told = WithSuppression<FindingRecord>

/** The findings of a time with what became of each, for people. `now`: epoch milliseconds. */
export function renderFindings(records: readonly Told[], now: number, page: Page): string {
  const rows = records.map((record) => {
    const [text, tone] = record.suppression ? (['suppressed', 'muted'] as const) : OUTCOMES[record.outcome]
    return [
      { text, tone },
      record.severity,
      moment(record.firstSeen),
      record.resolvedAt === null
        ? `for ${formatSeconds(Math.max(0, now - record.firstSeen) / 1000)}`
        : moment(record.resolvedAt),
      // Why one does not count comes first: a narrow page cuts the rest off.
      (record.suppression ? [story(record), record.summary] : [record.summary, story(record)])
        .join(' ')
        .trim(),
    ]
  })
  const columns = [
    ...[{ title: 'Outcome' }, { title: 'Severity' }, { title: 'Since (UTC)' }, { title: 'Until' }],
    { title: 'What', flexible: true },
  ]
  return renderTable(columns, rows, page)
}

/** Which run fixed it, or did not: with what was measured. */
function story({ suppression, fixedBy, triedBy, returnedAfter }: Told): string {
  if (suppression)
    return `Suppressed by ${suppression.by} until ${moment(suppression.until)}: ${suppression.reason}.`
  if (fixedBy) return `Fixed by: ${fixedBy.summary} (${fixedBy.by}). ${fixedBy.detail}.`
  if (triedBy) return `Still there after: ${triedBy.summary} (${triedBy.by}). ${triedBy.detail}.`
  if (!returnedAfter) return ''
  return `It was fixed at ${moment(returnedAfter.at)}: ${returnedAfter.summary} (${returnedAfter.by}).`
}

const moment = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

/** `verified fixed: dead-rows/public.orders`, or nothing. */
export const renderMended = (mended: readonly Mended[]): string =>
  oneLine(mended.map(({ key, outcome }) => `${OUTCOMES[outcome][0]}: ${key}`).join(', '))
