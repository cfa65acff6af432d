/** Series of days with a known truth, for tests of what is made of them. */
import { DAY, type Sample } from '../src/capacity/sample.ts'

export { normal, seeded } from './history.ts'

/** One value a day, at noon. Days for which `value` gives undefined are missing. */
export const daily = (count: number, value: (day: number) => number | undefined): Sample[] =>
  Array.from({ length: count }, (_, day) => ({ at: day * DAY + DAY / 2, value: value(day) })).filter(
    (sample): sample is Sample => sample.value !== undefined,
  )

/** Share of `runs` in which something holds; the runs are the same every time. */
export function shareOf(runs: number, holds: (run: number) => boolean): number {
  let count = 0
  for (let run = 0; run < runs; run++) if (holds(run)) count++
  return count / runs
}
