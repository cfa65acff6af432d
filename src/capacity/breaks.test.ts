import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daily, normal, seeded, shareOf } from '../../test/series.ts'
import { findBreaks } from './breaks.ts'

const noisy = (days: number, seed: number, value: (day: number, noise: number) => number) => {
  const random = seeded(seed)
  return daily(days, (day) => value(day, normal(random)))
}

test('a jump in a growing series is found where it is, up or down, and with its size', () => {
  const days = fc.integer({ min: 20, max: 90 })
  const size = fc.integer({ min: 400, max: 5000 }).chain((n) => fc.constantFrom(n, -n))
  fc.assert(
    fc.property(days, fc.integer({ min: 5, max: 15 }), size, fc.nat(), (count, from, jump, seed) => {
      const at = count - from
      const series = noisy(count, seed, (day, noise) => 10_000 + 5 * day + 5 * noise + (day >= at ? jump : 0))
      const found = findBreaks(series)
      fc.pre(Math.abs(jump) > 600)
      expect(found).toHaveLength(1)
      expect(found[0]).toMatchObject({ index: at, at: series[at]?.at })
      expect(Math.abs((found[0]?.size ?? 0) / jump - 1)).toBeLessThan(0.1)
    }),
    { numRuns: 100 },
  )
})

test.each<[string, (day: number, noise: number) => number]>([
  ['growth', (day, noise) => 1000 + 5 * day + 10 * noise],
  ['growth that gets ten times faster', (day, noise) => 1000 + day + 2 * noise + Math.max(0, day - 45) * 10],
  ['noise', (_, noise) => 70 + 7 * noise],
  ['weekdays only', (day, noise) => 1000 + 7 * (day - 2 * Math.floor((day + 2) / 7)) + noise],
  ['two bad days', (day, noise) => 1000 + 5 * day + noise + (day === 30 || day === 31 ? 5000 : 0)],
  ['nothing at all', () => 7],
])('%s is no jump', (_, value) => {
  const clean = shareOf(50, (run) => findBreaks(noisy(90, run, value)).length === 0)
  expect(clean).toBeGreaterThanOrEqual(0.98)
})

test('a load over several days is one jump that ends when it ended', () => {
  const loaded = (day: number) => 1000 * Math.min(4, Math.max(0, day - 29))
  const found = findBreaks(noisy(60, 1, (day, noise) => 10_000 + 5 * day + noise + loaded(day)))
  expect(found.at(-1)).toMatchObject({ index: 33 })
})

test('yesterday’s load is seen today', () =>
  expect(findBreaks(noisy(30, 1, (day, noise) => 1000 + day + noise + (day === 29 ? 800 : 0)))).toMatchObject(
    [{ index: 29 }],
  ))

test('gaps are bridged with the growth of before, not taken for jumps', () => {
  const random = seeded(3)
  const days = daily(90, (day) => (day > 20 && day < 60 ? undefined : 1000 + 20 * day + normal(random)))
  expect(findBreaks(days)).toEqual([])
})
