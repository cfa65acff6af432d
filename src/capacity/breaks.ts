import { median, spread } from './median.ts'
import { DAY, type Sample } from './sample.ts'
import { medianSlope } from './theil-sen.ts'

/** A jump that stayed: a bulk load, or something dropped. */
export interface Break {
  /** The first sample after it. */
  readonly index: number
  /** When it began. */
  readonly at: number
  readonly size: number
}

/** Samples on each side of a jump that must agree: three bad ones in a row look like a jump, two don't. */
const SIDE = 5
/** A jump is this many times the usual change from day to day … */
const TIMES = 6
/** … and at least this share of the level. */
const SHARE = 0.05
/** A load that took days goes on while the change is at least this share of the greatest. */
const STILL = 0.25

/** Jumps in a series of days, ascending. Growth, a change of growth and single bad samples are none. */
export function findBreaks(samples: readonly Sample[]): Break[] {
  if (samples.length < 3) return []
  const steps = samples.slice(1).map(({ at, value }, i) => {
    const before = samples[i] as Sample
    return { change: value - before.value, days: (at - before.at) / DAY }
  })
  const usual = median(steps.map(({ change, days }) => change / days))
  const surprise = steps.map(({ change, days }) => change - usual * days)
  const scale = spread(surprise)
  const level = median(samples.map(({ value }) => Math.abs(value)))
  const least = Math.max(TIMES * scale, SHARE * level)

  const jumps = samples.map((_, i) => (i === 0 ? 0 : jumpAt(samples, usual, i)))
  const breaks: Break[] = []
  for (let from = 1; from < samples.length; from++) {
    if (!(Math.abs(jumps[from] as number) > least)) continue
    const sign = Math.sign(jumps[from] as number)
    let to = from
    while (
      to < samples.length &&
      Math.sign(jumps[to] as number) === sign &&
      Math.abs(jumps[to] as number) > least
    )
      to++
    const run = Array.from({ length: to - from }, (_, i) => from + i)
    const step = (i: number): number => sign * (surprise[i - 1] ?? 0)
    let index = run.reduce((best, i) => (step(i) > step(best) ? i : best))
    const greatest = step(index)
    from = to
    if (greatest <= 0) continue
    let began = index
    while (began > 1 && step(began - 1) >= STILL * greatest) began--
    while (index + 1 < samples.length && step(index + 1) >= STILL * greatest) index++
    const size = sign * Math.max(...run.map((i) => Math.abs(jumps[i] as number)))
    breaks.push({ index, at: (samples[began] as Sample).at, size })
    from = Math.max(to, index)
  }
  return breaks
}

/**
 * What is new at sample `i`: the difference at that boundary between the medians of both sides. The sides are brought
 * there once with the series' usual growth, which bad samples don't disturb, and once each with its own, so that a
 * change of growth is no jump. The lesser of both counts, and none where they disagree.
 */
function jumpAt(samples: readonly Sample[], usual: number, i: number): number {
  const boundary = (samples[i] as Sample).at
  const before = samples.slice(Math.max(0, i - SIDE), i)
  const after = samples.slice(i, i + SIDE)
  const bring = (side: readonly Sample[], rate: number): number =>
    median(side.map(({ at, value }) => value + (rate * (boundary - at)) / DAY))
  const own = (side: readonly Sample[]): number => (side.length < SIDE ? usual : medianSlope(side))
  const byUsual = bring(after, usual) - bring(before, usual)
  const byOwn = bring(after, own(after)) - bring(before, own(before))
  if (byUsual > 0 !== byOwn > 0) return 0
  return Math.abs(byUsual) < Math.abs(byOwn) ? byUsual : byOwn
}
