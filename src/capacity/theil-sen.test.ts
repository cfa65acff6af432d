import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daily, normal, seeded, shareOf } from '../../test/series.ts'
import { DAY } from './sample.ts'
import { theilSen } from './theil-sen.ts'

const slope = fc.integer({ min: -1000, max: 1000 })
const values = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 3, maxLength: 60 })

test('a line gives its slope and nothing else, with gaps and with a quarter of the days wrong', () => {
  const wild = fc.record({ day: fc.nat(59), value: fc.integer({ min: -1e9, max: 1e9 }) })
  fc.assert(
    fc.property(
      slope,
      fc.array(wild, { maxLength: 10 }),
      fc.array(fc.nat(59), { maxLength: 15 }),
      (a, bad, gone) => {
        const wrong = new Map(bad.map(({ day, value }) => [day, value]))
        const missing = new Set(gone)
        const days = daily(60, (day) => (missing.has(day) ? undefined : (wrong.get(day) ?? 5e6 + a * day)))
        const { low, mid, high } = theilSen(days)
        expect(mid).toBeCloseTo(a, 5)
        expect(low).toBeLessThanOrEqual(mid)
        expect(high).toBeGreaterThanOrEqual(mid)
      },
    ),
  )
})

test('growth added to a series is added to the slope and to its bounds', () => {
  fc.assert(
    fc.property(values, slope, (given, more) => {
      const plain = theilSen(daily(given.length, (day) => given[day]))
      const grown = theilSen(daily(given.length, (day) => (given[day] as number) + more * day))
      for (const bound of ['low', 'mid', 'high'] as const)
        expect(grown[bound]).toBeCloseTo(plain[bound] + more, 4)
    }),
  )
})

test('measured in other units it is the same slope in these units, upside down with the bounds exchanged', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 1000 }), (given, factor) => {
      const plain = theilSen(daily(given.length, (day) => given[day]))
      const scaled = theilSen(daily(given.length, (day) => (given[day] as number) * -factor))
      expect(scaled.mid).toBeCloseTo(-plain.mid * factor, 3)
      expect(scaled.low).toBeCloseTo(-plain.high * factor, 3)
      expect(scaled.high).toBeCloseTo(-plain.low * factor, 3)
    }),
  )
})

test('what does not change has a slope of zero for certain', () =>
  expect(theilSen(daily(30, () => 7))).toEqual({ low: 0, mid: 0, high: 0, walk: 0 }))

const deviations = {
  'independent from day to day': () => (_: number, step: number) => step,
  'that fade': () => (last: number, step: number) => 0.7 * last + step,
  'that stay, as sizes have them': () => (last: number, step: number) => last + step,
}

test.each(
  Object.entries(deviations).flatMap(([name, next]) =>
    [7, 14, 30, 90].map((days) => [name, days, next()] as const),
  ),
)('with deviations %s, %i days: the interval holds the truth about 95 times in 100', (_, count, next) => {
  const random = seeded(count)
  const truth = 3
  const held = shareOf(300, () => {
    let deviation = 0
    const days = daily(count, (day) => {
      deviation = next(deviation, normal(random))
      return count > 14 && random() < 0.1 ? undefined : 100 + truth * day + deviation
    })
    const { low, high } = theilSen(days)
    return low <= truth && truth <= high
  })
  expect(held).toBeGreaterThan(0.9)
})

test('the moments count, not the order of the samples', () => {
  const uneven = [0, 1, 2, 10, 40, 41, 90].map((day) => ({ at: day * DAY, value: 2 * day }))
  expect(theilSen(uneven).mid).toBeCloseTo(2, 9)
})
