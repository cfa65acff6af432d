import type { RangeQuery } from '../core/store.ts'
import { ceilTo, floorTo, RAW_RANGE, WIDTH, WIDTHS } from './rollup.ts'

/** A stretch of time and the width of the roll-ups to read it from; 0: raw points. Half open, epoch ms. */
export interface Source {
  readonly width: number
  readonly from: number
  readonly to: number
}

/** Which points of a target are where: see the table `target` in the first migration. */
export interface Extent {
  /** Before it all points are in the roll-ups, and before its half hour in the coarse ones too. */
  readonly rolled_to: number
  /** Before it raw points are gone. */
  readonly raw_from: number
}

/** The step that can be answered: raw points serve any; roll-ups serve multiples of their width. */
export function widenStep(query: Pick<RangeQuery, 'from' | 'to' | 'step'>, extent: Extent): number {
  const { from, to, step } = query
  const raw = step < WIDTH && from >= extent.raw_from && to - from <= RAW_RANGE
  return raw ? step : ceilTo(step, WIDTH)
}

/**
 * Splits a range so that no sample is read twice: the coarsest roll-ups that fit into `step` in the middle, finer
 * ones and raw points at the borders. Where the raw points of a border are gone, its whole bucket is read.
 */
export function planSources(from: number, to: number, step: number, extent: Extent): Source[] {
  const widths = WIDTHS.toReversed().filter((width) => step % width === 0)
  return split(from, to, widths, extent)
}

function split(from: number, to: number, [width, ...finer]: readonly number[], extent: Extent): Source[] {
  if (from >= to) return []
  if (width === undefined) return [{ width: 0, from, to }]
  const gone = (at: number): boolean => width === WIDTH && at < extent.raw_from
  const start = gone(from) ? floorTo(from, width) : ceilTo(from, width)
  const end = gone(to) ? ceilTo(to, width) : Math.min(floorTo(to, width), floorTo(extent.rolled_to, width))
  if (start >= end) return split(from, to, finer, extent)
  return [
    ...split(from, start, finer, extent),
    { width, from: start, to: end },
    ...split(end, to, finer, extent),
  ]
}
