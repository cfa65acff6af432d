/** Width of a roll-up's bucket, ms. */
export const WIDTH = 5 * 60_000
/** Width of the buckets that roll-ups are folded into once more, ms. */
export const COARSE = 30 * 60_000
/** Width of the buckets that those are folded into for ranges of months, ms. */
export const BROAD = 86_400_000
/** All of them, each a multiple of the one before. */
export const WIDTHS = [WIDTH, COARSE, BROAD] as const
/** The longest range that raw points answer, ms: a target's points lie by time, so all its series are passed over. */
export const RAW_RANGE = 3 * 3_600_000
/** How long raw points are kept, ms. */
export const RAW_KEPT = 48 * 3_600_000
/** How long roll-ups and resolved findings are kept, ms. */
export const ROLLED_KEPT = 90 * 86_400_000

/** The start of the bucket that holds `at`. */
export const floorTo = (at: number, width: number): number => Math.floor(at / width) * width
/** The first bucket boundary at or after `at`. */
export const ceilTo = (at: number, width: number): number => Math.ceil(at / width) * width
