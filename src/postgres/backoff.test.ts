import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reconnectDelay } from './backoff.ts'

test('doubles from one second to thirty', () => {
  const most = () => 1
  expect([0, 1, 2, 3, 4, 5, 100, 5000].map((n) => reconnectDelay(n, most))).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ])
})

test('spreads over the upper half', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
      const full = reconnectDelay(attempt, () => 1)
      const delay = reconnectDelay(attempt, () => random)
      expect(delay).toBeGreaterThanOrEqual(full / 2)
      expect(delay).toBeLessThanOrEqual(full)
    }),
  )
})
