import type { Interval } from '../core/capacity.ts'
import { median } from './median.ts'
import { DAY, type Sample } from './sample.ts'

/** Normal quantile of a two-sided interval of 95 %. */
const Z = 1.96
/** The same for the drift of a random walk: by simulation, 10 % for the estimator's loss against the mean, a little for few samples. */
const Z_WALK = 2.4
/** With fewer samples it can't be told whether deviations follow their neighbours; they are taken to. */
const TOO_FEW_TO_TELL = 21

/** Change per day with its interval. */
export interface Slope extends Interval {
  /** Standard deviation of a day's change where deviations stay, as in a random walk; 0 where they pass. */
  readonly walk: number
}

/**
 * The median of the slopes of all pairs of samples (Theil 1950, Sen 1968): up to 29 % of the samples may be wrong
 * without spoiling it. The interval is Sen's: the slopes whose ranks lie as far from the middle as chance puts
 * Kendall's S. It takes deviations of neighbours to be independent. Sizes mostly aren't like that: what was added on
 * one day is still there on the next, a random walk, and Sen's interval would hold the truth only every other time.
 * Where the deviations follow their neighbours, it is as wide as that of a walk's drift.
 * Expects two samples or more at different moments, ascending.
 */
export function theilSen(samples: readonly Sample[]): Slope {
  const slopes = pairSlopes(samples)
  const mid = median(slopes)
  const reach = Z * Math.sqrt(varianceOfS(samples))
  const edge = Math.floor((slopes.length - reach) / 2)
  const low = slopes[Math.max(0, edge - 1)] ?? mid
  const high = slopes[Math.min(slopes.length - 1, slopes.length - edge)] ?? mid
  const walk = walkOf(samples, mid)
  const days = ((samples.at(-1) as Sample).at - (samples[0] as Sample).at) / DAY
  const wide = (Z_WALK * walk) / Math.sqrt(days)
  return { low: Math.min(low, mid - wide), mid, high: Math.max(high, mid + wide), walk }
}

/** The estimate alone, change per day. */
export const medianSlope = (samples: readonly Sample[]): number => median(pairSlopes(samples))

/** Of all pairs, ascending. */
function pairSlopes(samples: readonly Sample[]): number[] {
  const slopes: number[] = []
  for (const [i, a] of samples.entries()) {
    for (const b of samples.slice(i + 1)) {
      if (b.at > a.at) slopes.push(((b.value - a.value) / (b.at - a.at)) * DAY)
    }
  }
  return slopes.sort((a, b) => a - b)
}

/** Variance of Kendall's S for samples without trend, less what equal values take from it. */
function varianceOfS(samples: readonly Sample[]): number {
  const term = (n: number): number => n * (n - 1) * (2 * n + 5)
  const ties = Map.groupBy(samples, ({ value }) => value)
  const tied = [...ties.values()].reduce((sum, same) => sum + term(same.length), 0)
  return (term(samples.length) - tied) / 18
}

/** The standard deviation of a random walk's daily steps, or 0 where deviations don't follow their neighbours. */
function walkOf(samples: readonly Sample[], slope: number): number {
  const residuals = clipped(samples.map(({ at, value }) => value - slope * (at / DAY)))
  const n = residuals.length
  const mean = residuals.reduce((sum, r) => sum + r, 0) / n
  let [variance, neighbours, steps] = [0, 0, 0]
  for (const [i, r] of residuals.entries()) {
    variance += (r - mean) ** 2
    const [before, last] = [residuals[i - 1], samples[i - 1]]
    if (before === undefined || !last) continue
    neighbours += (r - mean) * (before - mean)
    steps += (r - before) ** 2 / Math.max(1, ((samples[i] as Sample).at - last.at) / DAY)
  }
  // One-sided at 5 %; chance alone gives −1/n.
  const alike = n < TOO_FEW_TO_TELL || neighbours / variance > 1.64 / Math.sqrt(n) - 1 / n
  return alike ? Math.sqrt(steps / (n - 1)) : 0
}

/** Values that went wrong count as far off, not as how far: one of them would make a walk of any series. Up to a tenth on each side. */
function clipped(residuals: readonly number[]): readonly number[] {
  const n = residuals.length
  if (n < TOO_FEW_TO_TELL) return residuals
  const sorted = [...residuals].sort((a, b) => a - b)
  const [low, high] = [sorted[Math.floor(n / 10)] as number, sorted[n - 1 - Math.floor(n / 10)] as number]
  const most = high - low
  return residuals.map((r) => Math.max(low - most, Math.min(high + most, r)))
}
