import type { Unit } from './columns.ts'

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** At most one digit after the point, and none where it would be zero or the number is large. */
function short(value: number): string {
  const digits = Math.abs(value) < 9.95 ? 1 : 0
  return withSeparators(value.toFixed(digits).replace(/\.0$/, ''))
}

const withSeparators = (digits: string): string => digits.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ',')

/** Bytes in powers of 1024 as pg_size_pretty names them: 1503238554 → `1.4 GB`. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes)
  let step = 0
  // 1023.5 and more would round up to 1,024 of the smaller unit.
  while (value >= 1023.5 && step < SIZES.length - 1) {
    value /= 1024
    step++
  }
  return `${bytes < 0 ? '-' : ''}${short(value)} ${SIZES[step]}`
}

/** Seconds in the two greatest units that say something: 200 → `3 min 20 s`, 0.25 → `250 ms`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 0) return `-${formatSeconds(-seconds)}`
  if (seconds === 0) return '0 s'
  if (seconds < 0.00005) return '< 0.1 ms'
  if (seconds < 0.9995) return `${short(seconds * 1000)} ms`
  if (seconds < 59.5) return `${short(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return two(whole, 60, 'min', 1, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return two(minutes, 60, 'h', 1, 'min')
  const hours = Math.round(seconds / 3600)
  return two(hours, 24, 'd', 1, 'h')
}

function two(amount: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((amount % big) / small)
  const whole = withSeparators(String(Math.floor(amount / big)))
  return rest === 0 ? `${whole} ${bigName}` : `${whole} ${bigName} ${rest} ${smallName}`
}

/** A share as per cent: 0.91 → `91 %`. Never rounds to 0 or 100 what is neither. */
export function formatRatio(ratio: number): string {
  const percent = ratio * 100
  if (percent > 0 && percent < 0.1) return '< 0.1 %'
  if (percent > 99 && percent < 100) return `${Math.min(99.9, Math.floor(percent * 10) / 10)} %`
  return `${short(percent)} %`
}

/** A number of things: 12345 → `12,345`. */
export const formatCount = (count: number): string =>
  count > 0 && count < 0.05 ? '< 0.1' : short(count).replace(/^-0$/, '0')

/** Any measured value in the words of its unit. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'bytes') return formatBytes(value)
  if (unit === 'seconds') return formatSeconds(value)
  if (unit === 'ratio') return formatRatio(value)
  if (unit === 'bytes_per_second') return `${formatBytes(value)}/s`
  if (unit === 'per_second') return `${formatCount(value)}/s`
  return formatCount(value)
}

/** `1 session`, `2 sessions`: the count with its noun. `many` for irregular plurals. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** A day in words that every locale reads alike: `2026-03-01`. */
export const formatDay = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** A statement on one line, short enough for a sentence or a table. */
export function shorten(text: string, most = 200): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`
}
