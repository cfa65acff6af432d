import { Cron } from 'croner'

/** A cron expression of five fields and the zone whose wall clock it is read by. */
export interface Times {
  readonly cron: string
  /** IANA name. */
  readonly timezone: string
}

const parsed = ({ cron, timezone }: Times): Cron =>
  new Cron(cron, { timezone, mode: '5-part', paused: true, fixedTimeRule: 'no-wildcard' })

/**
 * The first time after `at`, epoch milliseconds, or null when there is none. Where the clocks go forward, a time that
 * does not exist that day is the first moment after the gap; where they go back, a time that comes twice counts once.
 */
export const nextTime = (times: Times, at: number): number | null =>
  parsed(times).nextRun(new Date(at))?.getTime() ?? null

/** The last time up to and including `at`, epoch milliseconds, or null when there was none. */
export function lastTime(times: Times, at: number): number | null {
  // croner looks strictly before, in whole seconds.
  const after = Math.floor(at / 1000) * 1000 + 1000
  return parsed(times).previousRuns(1, new Date(after))[0]?.getTime() ?? null
}

/**
 * What is due of a schedule that was last dealt with up to `handled`.
 * `run`: this time is to be run, however many were missed before it. `mark`: nothing runs, but this is dealt with:
 * at the very first look, and after a clock that was far ahead was put right.
 */
export type Due =
  | { readonly kind: 'none' }
  | { readonly kind: 'run'; readonly time: number; readonly missed: boolean }
  | { readonly kind: 'mark'; readonly time: number }

/** Later than this after its time, a run counts as missed. */
const PUNCTUAL = 5 * 60_000

/** Pure: decides by what was dealt with, so that a restart, a long sleep or a jump of the clock runs nothing twice. */
export function dueAt(times: Times, handled: number | null, now: number): Due {
  const last = lastTime(times, now)
  if (last === null) return { kind: 'none' }
  if (handled === null) return { kind: 'mark', time: last }
  if (last > handled) return { kind: 'run', time: last, missed: now - last > PUNCTUAL }
  if (handled > now) {
    // The clock went back. One time ahead is simply not run again; more than that was a wrong clock.
    const next = nextTime(times, now)
    if (next !== null && handled > next) return { kind: 'mark', time: last }
  }
  return { kind: 'none' }
}
