import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ColumnWidth, rowWidth } from './_row-width.ts'

const fixed = (length: number, alignment = length, nulls = 0): ColumnWidth => ({
  length,
  alignment,
  width: length,
  nulls,
})
const text = (width: number, nulls = 0): ColumnWidth => ({ length: -1, alignment: 4, width, nulls })

// By hand, after the rules of the storage format.
test.each([
  ['nothing', [], 0],
  ['int, rounded up', [fixed(4)], 8],
  ['bool, then bigint: seven bytes of padding', [fixed(1), fixed(8)], 16],
  ['bigint, then bool', [fixed(8), fixed(1)], 16],
  ['int, int', [fixed(4), fixed(4)], 8],
  ['bool, smallint, int', [fixed(1), fixed(2), fixed(4)], 8],
  ['a dropped column takes nothing', [fixed(4), { ...fixed(8), nulls: 1 }], 8],
  ['uuid: 16 bytes, not aligned', [fixed(1), fixed(16, 1)], 24],
])('%s', (_, columns, width) => expect(rowWidth(columns)).toMatchObject({ width, exact: true }))

test('a short text is not aligned, a long one is; where it ends is a guess', () => {
  expect(rowWidth([fixed(1), text(10)])).toMatchObject({ width: 11 + 3.5, exact: false })
  expect(rowWidth([fixed(1), text(200)])).toMatchObject({ width: 204 + 3.5, exact: false })
})

test('nulls: the share of rows that have a bitmap', () => {
  expect(rowWidth([fixed(4, 4, 0.5), fixed(4, 4, 0.5)]).hasNulls).toBe(0.75)
  expect(rowWidth([fixed(4), fixed(4)]).hasNulls).toBe(0)
  expect(rowWidth([{ ...fixed(4), width: -1 }]).known).toBe(false)
})

const column = fc.record({
  length: fc.constantFrom(1, 2, 4, 8, 16, -1, -2, -3),
  alignment: fc.constantFrom(1, 2, 4, 8),
  width: fc.integer({ min: -1, max: 2000 }),
  nulls: fc.float({ min: 0, max: 1, noNaN: true }),
})

test('never narrower than its values, nor wider than with the most padding there can be', () => {
  fc.assert(
    fc.property(fc.array(column, { maxLength: 40 }), (columns) => {
      const { width, hasNulls } = rowWidth(columns)
      const values = columns.reduce((sum, c) => sum + (1 - c.nulls) * Math.max(0, c.width), 0)
      expect(width).toBeGreaterThanOrEqual(values - 1e-6)
      expect(width).toBeLessThanOrEqual(values + 7 * (columns.length + 1) + 1e-6)
      expect(hasNulls).toBeGreaterThanOrEqual(0)
      expect(hasNulls).toBeLessThanOrEqual(1)
    }),
  )
})
