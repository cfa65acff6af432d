import type { CapacitySubject, Interval } from '../api/capacity-types.ts'
import { showDate, showValue } from '../display.ts'

const KINDS: Record<CapacitySubject['kind'], string> = {
  database: 'Database',
  table: 'Table',
  connections: 'Connections at their peak of the day',
  'transaction-ids': 'Transaction ids of',
}

/** The subject as a title. */
export function nameOf({ kind, name }: CapacitySubject): string {
  if (kind === 'table') return name
  return kind === 'connections' ? KINDS[kind] : `${KINDS[kind]} ${name}`
}

/** `1.4 GB (1.2 to 1.6 GB)`: the expected value and what it may as well be. */
export function showInterval(interval: Interval | null, unit: CapacitySubject['unit']): string {
  if (!interval) return '–'
  const { low, mid, high } = interval
  const middle = showValue(mid, unit)
  if (low === high) return middle
  return `${middle} (${showValue(low, unit)} to ${showValue(high, unit)})`
}

/** When the limit is reached, in words. */
export function limitWords({ limit, limitReached, unit, perDay }: CapacitySubject): string {
  if (limit === null) return 'No limit is known for it.'
  const most = showValue(limit, unit)
  if (!perDay) return `Its limit is ${most}.`
  if (!limitReached) return `Its limit of ${most} is not in sight: it does not grow towards it for certain.`
  const { earliest, expected, latest } = limitReached
  const latestWords = Number.isFinite(latest) ? `at the latest ${showDate(latest)}` : 'perhaps much later'
  return `Its limit of ${most} is reached about ${showDate(expected)}: at the earliest ${showDate(earliest)}, ${latestWords}.`
}
