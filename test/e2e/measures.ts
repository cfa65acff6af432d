/** Moments before the start of the tests, and sizes. */
export const NOW = Date.now()
export const minutes = (n: number): number => NOW - n * 60_000
export const GIB = 1024 ** 3
export const MIB = 1024 ** 2

/** Rows of a table of facts. */
export type Rows = readonly Readonly<Record<string, unknown>>[]
