/** Values of columns and shares of rows, as the statistics of ANALYZE tell. */
import { quoteLiteral } from '../core/identifier.ts'
import type { ColumnFacts } from './schema.ts'

/** How common the constants of a scenario are. */
export type Frequency = 'typical' | 'rare' | 'wide'

/** Values that the column has, or undefined without statistics. */
export function distinctOf(column: ColumnFacts, rows: number): number | undefined {
  const n = column.nDistinct
  if (n === undefined) return undefined
  return n >= 0 ? n : Math.max(1, -n * rows)
}

/** Whether ANALYZE has left anything to take values from. */
export const hasValues = (c: ColumnFacts): boolean =>
  (c.mostCommon?.values.length ?? 0) > 0 || (c.histogram?.length ?? 0) > 0

/** Share of the rows that a value equal to this constant has; undefined where it can't be told. */
export function shareOf(column: ColumnFacts, value: string, rows: number): number | undefined {
  const at = column.mostCommon?.values.indexOf(value) ?? -1
  if (at >= 0) return column.mostCommon?.frequencies[at]
  return otherShare(column, rows)
}

/** Share of the rows with one value that is not among the most common. */
function otherShare(column: ColumnFacts, rows: number): number | undefined {
  const distinct = distinctOf(column, rows)
  if (distinct === undefined) return undefined
  const common = column.mostCommon?.frequencies ?? []
  const left = 1 - (column.nullFraction ?? 0) - common.reduce((sum, f) => sum + f, 0)
  return Math.max(0, left) / Math.max(1, distinct - common.length)
}

/**
 * A constant that `column = …` is likely to be given. Typical: of average share, or the middle of the histogram; rare: the least common of the
 * most common, or the middle of the histogram where there is one beside; wide: the most common.
 */
export function equalValue(column: ColumnFacts, frequency: Frequency, rows: number): string | undefined {
  const { values = [], frequencies = [] } = column.mostCommon ?? {}
  const histogram = column.histogram ?? []
  const middle = histogram[Math.floor(histogram.length / 2)]
  if (frequency === 'wide') return values[0] ?? middle
  if (frequency === 'rare') return values.at(-1) ?? middle
  const distinct = distinctOf(column, rows)
  if (values.length === 0 || distinct === undefined) return middle ?? values[0]
  // Rarer than all the most common ones: a value between them.
  const average = (1 - (column.nullFraction ?? 0)) / distinct
  if (middle !== undefined && average < (frequencies.at(-1) ?? 0)) return middle
  let best = 0
  frequencies.forEach((f, i) => {
    if (Math.abs(f - average) < Math.abs((frequencies[best] ?? 0) - average)) best = i
  })
  return values[best]
}

/** Several constants for `IN (…)` and `= ANY (…)`, the first of them as for one. */
export function equalValues(
  column: ColumnFacts,
  frequency: Frequency,
  rows: number,
  count: number,
): readonly string[] {
  const first = equalValue(column, frequency, rows)
  const pool = [...(column.mostCommon?.values ?? []), ...(column.histogram ?? [])]
  const found = new Set(first === undefined ? [] : [first])
  for (const value of frequency === 'rare' ? pool.toReversed() : pool) {
    if (found.size >= count) break
    found.add(value)
  }
  return [...found]
}

/**
 * A bound for `column > …` (`lower`) or `column < …` (`upper`). What is asked for is mostly at the end, as of times: a typical lower bound is the
 * last but one of the histogram and its upper one the last; a rare one leaves next to nothing, a wide one half.
 */
export function boundValue(
  column: ColumnFacts,
  side: 'lower' | 'upper',
  frequency: Frequency,
  isPaired: boolean,
): string | undefined {
  const values = column.histogram?.length ? column.histogram : (column.mostCommon?.values ?? [])
  const last = values.length - 1
  if (last < 0) return undefined
  const middle = Math.floor(last / 2)
  if (side === 'upper' && !isPaired) {
    // Alone, it leaves what is below: the beginning.
    return values[frequency === 'wide' ? middle : frequency === 'rare' ? 0 : Math.min(1, last)]
  }
  if (side === 'upper') return values[last]
  return values[frequency === 'wide' ? middle : frequency === 'rare' ? last : Math.max(0, last - 1)]
}

/** Share of rows in which the column is NULL. */
export const nullShare = (column: ColumnFacts): number => (column.notNull ? 0 : (column.nullFraction ?? 0))

/** A constant as SQL text with its type. */
export const literal = (value: string, type: string): string => `${quoteLiteral(value)}::${type}`

/** An array's constant as SQL text. */
export const arrayLiteral = (values: readonly string[], type: string): string =>
  literal(
    `{${values.map((v) => `"${v.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`,
    `${type}[]`,
  )
