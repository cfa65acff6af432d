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
