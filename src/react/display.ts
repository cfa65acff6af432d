import type { Unit } from '../core/columns.ts'
import { formatValue } from '../core/format.ts'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

/** A measured value with its unit; a dash where there is none. */
export const showValue = (value: number | null | undefined, unit: Unit): string =>
  value === null || value === undefined || Number.isNaN(value) ? '–' : formatValue(value, unit)

/** A moment as people say it: `12:03` today, `21 Nov, 12:03` before. */
export function showMoment(at: number, now = Date.now()): string {
  const moment = new Date(at)
  const today = new Date(now).toDateString() === moment.toDateString()
  return today ? clock.format(moment) : `${date.format(moment)}, ${clock.format(moment)}`
}

/** How long ago: `just now`, `14 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function showAgo(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000))
  if (seconds < 3) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** `170010` → `17.10`, as PostgreSQL prints it. */
export function showVersion(version: string | number): string {
  const number = Number(version)
  if (!Number.isInteger(number) || number < 100_000) return String(version)
  return `${Math.floor(number / 10_000)}.${number % 10_000}`
}

/** A moment to come: `18:30`, `tomorrow 04:00`, `27 Nov, 04:00`, `27 Nov 2027`. */
export function showUntil(at: number, now = Date.now()): string {
  const moment = new Date(at)
  const midnight = new Date(now).setHours(24, 0, 0, 0)
  if (at >= midnight && at < midnight + 86_400_000) return `tomorrow ${clock.format(moment)}`
  if (at - now > 300 * 86_400_000) return showDate(at)
  return showMoment(at, now)
}

const year = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** A day with its year: `3 March 2027`. */
export const showDate = (at: number): string => year.format(new Date(at))

/** How far ahead: `in 4 min`, `in 3 h`, `in 5 d`, `now`. */
export function showAhead(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000)
  if (seconds < 30) return 'now'
  if (seconds < 3600) return `in ${Math.max(1, Math.round(seconds / 60))} min`
  if (seconds < 86_400) return `in ${Math.round(seconds / 3600)} h`
  return `in ${Math.round(seconds / 86_400)} d`
}
