import type { Interval } from '../core/capacity.ts'
import { type Break, findBreaks } from './breaks.ts'
import { median, spread } from './median.ts'
import { DAY, type Sample } from './sample.ts'
import { type Slope, theilSen } from './theil-sen.ts'

export const MONTH = 30.4375 * DAY
/** History that a forecast needs, days. */
export const LEAST_DAYS = 7
/** Jumps that many are how the series grows, not exceptions from it. */
const RECURRING = 3
/** From so many days on, the last third of them may show that growth has changed. */
const LONG = 28
/** Days whose median says where the line stands now. */
const RECENT = 7
/** A date further off than this says nothing. */
export const HORIZON = 3 * 12 * MONTH

/** Why there is no forecast. */
export type Reason = 'short' | 'jumped' | 'scattered'

export interface NoForecast {
  readonly ok: false
  readonly reason: Reason
  readonly breaks: readonly Break[]
  /** Days of history that count: since the last jump. */
  readonly days: number
}

export interface Forecast {
  readonly ok: true
  readonly perDay: Slope
  /** What to expect at a moment, epoch milliseconds; never below zero. */
  at(time: number): Interval
  readonly breaks: readonly Break[]
  /** The first day that it was made from, and why not from all: after a jump, or since growth changed. */
  readonly since: number
  readonly because?: 'jump' | 'changed' | 'recurring'
}

/** Continues a series of days (one value a day, ascending, days may be missing), or says why it can't be continued. */
export function forecastOf(days: readonly Sample[]): Forecast | NoForecast {
  const breaks = findBreaks(days)
  const last = breaks.at(-1)
  const recurring = breaks.length >= RECURRING
  const rest = recurring || !last ? days : days.slice(last.index)
  const no = (reason: Reason): NoForecast => ({ ok: false, reason, breaks, days: rest.length })
  if (!isLong(rest)) return no(isLong(days) ? 'jumped' : 'short')

  const whole = theilSen(rest)
  const third = rest.slice(-Math.ceil(rest.length / 3))
  const recent = rest.length >= LONG && !recurring ? theilSen(third) : whole
  const changed = recent.low > whole.high || recent.high < whole.low
  const [used, slope] = changed ? [third, recent] : [rest, whole]
  const because = changed ? 'changed' : recurring ? 'recurring' : last ? 'jump' : undefined

  const project = lineOf(used, slope)
  const end = used.at(-1) as Sample
  const far = project(end.at + 6 * MONTH)
  const uncertain = slope.low <= 0 && slope.high >= 0
  if (uncertain && (slope.high - slope.low) * 6 * (MONTH / DAY) > 2 * Math.max(end.value, far.mid))
    return no('scattered')
  const since = (used[0] as Sample).at
  return { ok: true, perDay: slope, at: project, breaks, since, ...(because ? { because } : {}) }
}

const isLong = (days: readonly Sample[]): boolean =>
  days.length >= LEAST_DAYS &&
  (days.at(-1) as Sample).at - (days[0] as Sample).at >= (LEAST_DAYS - 1) * DAY - DAY / 8

/** The line from where the series stands now, with what its slope, its scatter and its walk leave open. */
function lineOf(days: readonly Sample[], slope: Slope): (time: number) => Interval {
  const end = days.at(-1) as Sample
  const detrended = days.map(({ at, value }) => value + (slope.mid * (end.at - at)) / DAY)
  const level = median(detrended.slice(-RECENT))
  const scatter = 1.96 * spread(detrended)
  return (time) => {
    const ahead = Math.max(0, time - end.at) / DAY
    const mid = level + slope.mid * ahead
    const noise = slope.walk > 0 ? (1.96 * slope.walk) ** 2 * ahead : scatter ** 2
    const reach = (error: number): number => Math.sqrt((error * ahead) ** 2 + noise)
    return {
      low: Math.max(0, mid - reach(slope.mid - slope.low)),
      mid: Math.max(0, mid),
      high: Math.max(0, mid + reach(slope.high - slope.mid)),
    }
  }
}

/** When the forecast reaches a limit, or null: growth isn't certain, or it is further off than three years. */
export function reaches(
  { perDay, at }: Forecast,
  limit: number,
  now: number,
): { readonly earliest: number; readonly expected: number; readonly latest: number } | null {
  const over = at(now).mid >= limit
  if (over) return { earliest: now, expected: now, latest: now }
  if (perDay.low <= 0 || at(now + HORIZON).mid < limit) return null
  return {
    earliest: firstTime(now, (time) => at(time).high >= limit),
    expected: firstTime(now, (time) => at(time).mid >= limit),
    latest: firstTime(now, (time) => at(time).low >= limit),
  }
}

/** The least moment from `now` on that fulfils a condition which stays fulfilled, to the hour; at most a century away. */
function firstTime(now: number, holds: (time: number) => boolean): number {
  let [before, after] = [now, now + 1200 * MONTH]
  if (holds(before)) return now
  while (after - before > DAY / 24) {
    const middle = (before + after) / 2
    if (holds(middle)) after = middle
    else before = middle
  }
  return Math.round(after)
}
