import fc from 'fast-check'
import { expect, test } from 'vitest'
import { median, spread } from './median.ts'

test.each([
  [[3], 3],
  [[1, 9], 5],
  [[9, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('%j', (values, middle) => expect(median(values)).toBe(middle))

test('as many values lie below as above, whatever order they come in', () => {
  const numbers = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 })
  fc.assert(
    fc.property(numbers, (values) => {
      const middle = median(values)
      expect(values.filter((v) => v < middle).length).toBeLessThanOrEqual(values.length / 2)
      expect(values.filter((v) => v > middle).length).toBeLessThanOrEqual(values.length / 2)
      expect(median(values.toReversed())).toBe(middle)
    }),
  )
})

test('the spread of normal values is their deviation, and wild ones don’t change it', () => {
  const values = [-2, -1.34897, -0.6745, -0.5, 0, 0.5, 0.6745, 1.34897, 2]
  expect(spread(values)).toBeCloseTo(1, 2)
  expect(spread([...values.slice(1, -1), -1e9, 1e9])).toBeCloseTo(1, 2)
})
