export const DAY = 86_400_000

/** A value at a moment, epoch milliseconds. */
export interface Sample {
  readonly at: number
  readonly value: number
}
