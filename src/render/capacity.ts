import type { Capacity, CapacitySubject, Interval } from '../core/capacity.ts'
import { formatBytes, formatCount, formatDay } from '../core/format.ts'
import { renderTable } from './table.ts'
import { plain, type Style, wrap } from './text.ts'

const WHAT: Readonly<Record<CapacitySubject['kind'], (name: string) => string>> = {
  database: (name) => `database ${name}`,
  table: (name) => name,
  connections: () => 'connections',
  'transaction-ids': (name) => `transaction ids, ${name}`,
}

const COLUMNS = [
  { title: 'What grows', flexible: true },
  { title: 'Now', align: 'right' },
  { title: 'A day', align: 'right' },
  { title: '3 months', align: 'right' },
  { title: '6 months', align: 'right' },
  { title: 'Limit', align: 'right' },
  { title: 'Reached', align: 'right' },
] as const

/** The report of `pgtend capacity`: a table, then what to know of the figures. */
export function renderCapacity(
  { subjects }: Pick<Capacity, 'subjects'>,
  { width = 80, style = plain }: { readonly width?: number; readonly style?: Style } = {},
): string {
  const rows = subjects.map((subject) => {
    const { kind, name, current, perDay, in3Months, in6Months, limit, limitReached } = subject
    const put = wordsFor(subject)
    const middle = (interval: Interval | null) => (interval ? put(interval.mid) : '–')
    const reached = limitReached ? formatDay(limitReached.expected) : ''
    return [
      WHAT[kind](name),
      put(current),
      perDay ? signed(perDay.mid, put) : '–',
      middle(in3Months),
      middle(in6Months),
      limit === null ? '' : put(limit),
      limitReached ? { text: reached, tone: 'warning' as const } : reached,
    ]
  })
  const notes = subjects.flatMap((subject) => {
    const said = [uncertainty(subject), subject.note].filter((text) => text !== undefined).join(' ')
    if (said === '') return []
    const { kind, name } = subject
    return [`${style('strong', wrap(WHAT[kind](name), width))}\n${wrap(said, width, '  ')}\n`]
  })
  return [renderTable(COLUMNS, rows, { width, style }), ...notes].join('\n')
}

/** The bounds of what the table shows the middle of: with a limit the days too. */
function uncertainty(subject: CapacitySubject): string | undefined {
  const { perDay, in6Months, limitReached } = subject
  if (!perDay || subject.kind === 'table') return undefined
  const put = wordsFor(subject)
  const grows = span(signed(perDay.low, put), signed(perDay.high, put))
  const later = in6Months ? `, ${span(put(in6Months.low), put(in6Months.high))} in six months` : ''
  const said = `Certain to 95 %: ${grows} a day${later}.`
  if (!limitReached) return said
  const { earliest, expected, latest } = limitReached
  if (earliest === latest) return `${said} The limit has been reached.`
  const [first, day, last] = [earliest, expected, latest].map(formatDay)
  const around = first === last ? '' : `, ${first} at the earliest and ${last} at the latest`
  return `${said} The limit is reached on ${day}${around}.`
}

const span = (low: string, high: string): string => (low === high ? low : `${low} to ${high}`)

type Words = (value: number) => string

const wordsFor = ({ unit }: CapacitySubject): Words => (unit === 'bytes' ? formatBytes : compact)

/** Transaction ids come in thousands of millions: `2.1 bn`. */
function compact(value: number): string {
  if (Math.abs(value) >= 999.5e6) return `${formatCount(value / 1e9)} bn`
  return Math.abs(value) >= 1e6 ? `${formatCount(value / 1e6)} M` : formatCount(value)
}

const signed = (value: number, put: Words): string => (value < 0 ? `−${put(-value)}` : `+${put(value)}`)
