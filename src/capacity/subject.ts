import type { CapacitySubject } from '../core/capacity.ts'
import { formatBytes, formatCount, formatDay, plural } from '../core/format.ts'
import { type Forecast, forecastOf, LEAST_DAYS, MONTH, type NoForecast, reaches } from './forecast.ts'
import { DAY, type Sample } from './sample.ts'

/** A value that was not read for so long isn't that of today. */
const STALE = 2 * DAY

export interface Measured {
  readonly kind: CapacitySubject['kind']
  readonly name: string
  readonly unit: CapacitySubject['unit']
  readonly limit: number | null
  /** One value a day, ascending; days without one are left out. */
  readonly days: readonly Sample[]
  readonly newest: Sample
  /** Said of it whatever the forecast is. */
  readonly remark?: string
}

/** What can be said of one series, with the words for it. */
export function subjectOf({ days, newest, remark, ...subject }: Measured, now: number): CapacitySubject {
  const forecast = forecastOf(days)
  const { limit } = subject
  const put = subject.unit === 'bytes' ? formatBytes : formatCount
  const limitReached = forecast.ok && limit !== null ? reaches(forecast, limit, now) : null
  const notes = [
    now - newest.at > STALE ? `Not read since ${formatDay(newest.at)}.` : undefined,
    forecast.ok ? basis(forecast, put) : refusal(forecast, put),
    forecast.ok && limit !== null && !limitReached ? openEnd(forecast, limit, now) : undefined,
    remark,
  ].filter((text) => text !== undefined)
  return {
    ...subject,
    current: newest.value,
    perDay: forecast.ok ? bounds(forecast.perDay) : null,
    in3Months: forecast.ok ? forecast.at(now + 3 * MONTH) : null,
    in6Months: forecast.ok ? forecast.at(now + 6 * MONTH) : null,
    limitReached,
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
    history: { at: days.map(({ at }) => Math.round(at)), values: days.map(({ value }) => value) },
  }
}

const bounds = ({ low, mid, high }: Forecast['perDay']) => ({ low, mid, high })

type Words = (value: number) => string

const signed = (value: number, put: Words): string => `${value < 0 ? '−' : '+'}${put(Math.abs(value))}`

/** What the forecast was made from, where that isn't all of the history. */
function basis({ because, breaks, since }: Forecast, put: Words): string | undefined {
  const last = breaks.at(-1)
  if (because === 'changed')
    return `Growth has changed; the forecast is made from what came after ${formatDay(since)}.`
  if (!last) return undefined
  const jump = `${signed(last.size, put)} on ${formatDay(last.at)}`
  if (because === 'recurring')
    return `There were ${plural(breaks.length, 'jump')}, the last one ${jump}; the forecast counts them as growth.`
  return `It jumped by ${jump}; the forecast is made from what came after.`
}

function refusal({ reason, breaks, days }: NoForecast, put: Words): string {
  const last = breaks.at(-1)
  if (reason === 'scattered')
    return 'No forecast: it changes so much from day to day that growth can’t be told from chance.'
  if (reason === 'jumped' && last) {
    const jump = `${signed(last.size, put)} on ${formatDay(last.at)}`
    return `No forecast yet: it jumped by ${jump}, and a forecast takes ${LEAST_DAYS} days after that.`
  }
  return `No forecast yet: it takes ${LEAST_DAYS} days of history, and there ${days === 1 ? 'is' : 'are'} ${days}.`
}

/** Why there is a limit and no day on which it is reached. */
function openEnd({ perDay, at }: Forecast, limit: number, now: number): string {
  if (perDay.low > 0) return 'At this pace the limit is not reached within three years.'
  const atWorst = at(now + 6 * MONTH).high >= limit
  if (perDay.high <= 0) return 'It does not grow.'
  return atWorst
    ? 'Growth isn’t certain, but at the upper end the limit would be reached within six months.'
    : 'Growth towards the limit isn’t certain.'
}
