import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daily, normal, seeded, shareOf } from '../../test/series.ts'
import { type Forecast, forecastOf, HORIZON, MONTH, reaches } from './forecast.ts'
import { DAY, type Sample } from './sample.ts'

function forecast(days: readonly Sample[]): Forecast {
  const made = forecastOf(days)
  if (!made.ok) throw new Error(`no forecast: ${made.reason}`)
  return made
}
const NOON = DAY / 2

test('growth with noise, bad days and gaps: slope, half a year ahead and the day of the limit come out', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 50 }),
      fc.integer({ min: 40, max: 90 }),
      fc.nat(),
      (perDay, count, seed) => {
        const random = seeded(seed)
        const line = (day: number) => 10_000 + perDay * day
        const days = daily(count, (day) => {
          if (random() < 0.1) return undefined
          // Bad days: never so many together that they can't be told from a jump.
          const bad = day % 12 === 6 && day < count - 6 && random() < 0.5
          return line(day) + normal(random) + (bad ? 20_000 * random() : 0)
        })
        const { perDay: slope, at, breaks } = forecast(days)
        expect(breaks).toEqual([])
        // Further than its interval lets the slope err in 100 runs: a quarter of a unit a day.
        expect(Math.abs(slope.mid - perDay)).toBeLessThan(0.25)
        const end = count * DAY
        const ahead = at(end + 6 * MONTH)
        expect(Math.abs(ahead.mid / line(count - 0.5 + (6 * MONTH) / DAY) - 1)).toBeLessThan(0.02)
        const limit = line(count + 100)
        const reached = reaches({ ...forecast(days) }, limit, end)
        expect(Math.abs((reached?.expected ?? 0) - (count + 100.5) * DAY)).toBeLessThan(12 * DAY)
        expect(reached?.earliest).toBeLessThanOrEqual(reached?.expected ?? 0)
        expect(reached?.latest).toBeGreaterThanOrEqual(reached?.expected ?? 0)
      },
    ),
    { numRuns: 100 },
  )
})

test.each([14, 30, 90])(
  'from %i days, what comes in six months lies within the bounds 9 times in 10',
  (count) => {
    const random = seeded(count)
    const held = shareOf(200, () => {
      let size = 1000
      const all = daily(count + 183, () => {
        size += 5 + 5 * normal(random)
        return size
      })
      const { low, high } = forecast(all.slice(0, count)).at((count + 182) * DAY + NOON)
      const then = all[count + 182]?.value ?? 0
      return low <= then && then <= high
    })
    expect(held).toBeGreaterThan(0.86)
  },
)

test('what is constant never reaches a limit, however near', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 7, max: 90 }), (value, count) => {
      const flat = forecast(daily(count, () => value))
      expect(flat.perDay).toMatchObject({ low: 0, mid: 0, high: 0 })
      expect(reaches(flat, value + 1, count * DAY)).toBeNull()
    }),
  )
})

test('what only trembles gets a date in very few cases', () => {
  const dated = shareOf(300, (run) => {
    const random = seeded(run)
    const made = forecastOf(daily(90, () => 7000 + 70 * normal(random)))
    return made.ok && reaches(made, 10_000, 90 * DAY) !== null
  })
  expect(dated).toBeLessThan(0.03)
})

test.each([
  ['six days', 6, 'short'],
  ['ten days with holes, five values', 10, 'short'],
])('%s are too few', (_, count, reason) => {
  const sparse = daily(count, (day) => (count === 10 && day % 2 ? undefined : 100 + day))
  expect(forecastOf(sparse)).toMatchObject({ ok: false, reason })
})

test('seven days are enough', () => expect(forecast(daily(7, (day) => 100 + day)).perDay.mid).toBeCloseTo(1))

test('after a jump only what came after counts, once there are seven days of it', () => {
  const jumped = (count: number) => daily(count, (day) => 1000 + 5 * day + (day >= 40 ? 900 : 0))
  expect(forecastOf(jumped(44))).toMatchObject({ ok: false, reason: 'jumped', days: 4 })
  const after = forecast(jumped(60))
  expect(after).toMatchObject({ because: 'jump', since: 40 * DAY + NOON })
  expect(after.perDay.mid).toBeCloseTo(5)
  expect(after.at(60 * DAY).mid).toBeCloseTo(1000 + 5 * 59.5 + 900)
})

test('growth that has changed is continued as it is now', () => {
  const made = forecast(daily(90, (day) => 1000 + day + 20 * Math.max(0, day - 55)))
  expect(made.because).toBe('changed')
  expect(made.perDay.mid).toBeCloseTo(21)
})

test('loads every week are how it grows', () => {
  const random = seeded(1)
  const made = forecast(daily(88, (day) => 1000 + 300 * Math.floor(day / 9) + 5 * normal(random)))
  expect(made.perDay.low).toBeLessThanOrEqual(300 / 9)
  expect(made.perDay.high).toBeGreaterThanOrEqual(300 / 9)
})

test('what is emptied again and again has no forecast', () =>
  expect(forecastOf(daily(90, (day) => 100 + (day % 20) * 100))).toMatchObject({
    ok: false,
    reason: 'scattered',
  }))

test('wild changes without direction have no forecast', () => {
  const random = seeded(5)
  const wild = daily(20, () => 100 + 90 * random())
  expect(forecastOf(wild)).toMatchObject({ ok: false, reason: 'scattered' })
})

test('nothing shrinks below zero', () => {
  const made = forecast(daily(30, (day) => 1000 - 30 * day))
  expect(made.at(100 * DAY)).toMatchObject({ mid: 0, low: 0 })
})

test('a limit that is exceeded is reached now; one beyond three years is not told', () => {
  const made = forecast(daily(30, (day) => 1000 + day))
  const now = 30 * DAY
  expect(reaches(made, 900, now)).toEqual({ earliest: now, expected: now, latest: now })
  expect(reaches(made, 1030 + (HORIZON / DAY) * 1.1, now)).toBeNull()
})
