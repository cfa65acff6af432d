import type { DailyWindow } from '../core/maintenance.ts'

const DAY = 24 * 60
const MINUTE = 60_000

/** Minutes since midnight of `HH:MM`; 24:00 is the end of the day. */
export const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

/** Minutes since midnight on the zone's wall clock. */
function wallMinutes(timezone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at)
  const part = (type: string): number => Number(parts.find((p) => p.type === type)?.value)
  return part('hour') * 60 + part('minute')
}

/** Whether a moment, in epoch milliseconds, lies in the window. The end itself no longer does. */
export function isInside({ from, to }: DailyWindow, timezone: string, at: number): boolean {
  const [begin, end, now] = [minutesOf(from), minutesOf(to), wallMinutes(timezone, at)]
  return begin < end ? now >= begin && now < end : now >= begin || now < end
}

/** `at` where it lies in the window, else the next moment that does, to the minute. */
export function nextInside(window: DailyWindow, timezone: string, at: number): number {
  if (isInside(window, timezone, at)) return at
  // Minute by minute, since a day with a change of the clocks has no arithmetic; two days hold every case.
  let next = Math.floor(at / MINUTE) * MINUTE + MINUTE
  for (let n = 0; n < 2 * DAY && !isInside(window, timezone, next); n++) next += MINUTE
  return next
}
