import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BROAD, COARSE, WIDTH } from './rollup.ts'
import { planSources, widenStep } from './sources.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const extent = { rolled_to: 10 * HOUR + 20 * MINUTE, raw_from: 2 * HOUR }

test('a short step reads raw points only', () => {
  const to = 9 * HOUR
  expect(planSources(8 * HOUR, to, 10_000, extent)).toEqual([{ width: 0, from: 8 * HOUR, to }])
})

test('a long step reads coarse roll-ups in the middle and finer at the borders', () => {
  const [from, to] = [7 * HOUR + 22 * MINUTE, 10 * HOUR + 33 * MINUTE]
  expect(planSources(from, to, HOUR, extent)).toEqual([
    { width: 0, from, to: 7 * HOUR + 25 * MINUTE },
    { width: WIDTH, from: 7 * HOUR + 25 * MINUTE, to: 7 * HOUR + 30 * MINUTE },
    { width: COARSE, from: 7 * HOUR + 30 * MINUTE, to: 10 * HOUR },
    { width: WIDTH, from: 10 * HOUR, to: 10 * HOUR + 20 * MINUTE },
    { width: 0, from: 10 * HOUR + 20 * MINUTE, to },
  ])
})

test('where raw points are gone the border’s whole bucket is read', () => {
  const plan = planSources(HOUR + 7 * MINUTE, HOUR + 22 * MINUTE, WIDTH, extent)
  expect(plan).toEqual([{ width: WIDTH, from: HOUR + 5 * MINUTE, to: HOUR + 25 * MINUTE }])
})

test('a step is widened to what is kept', () => {
  const widened = (step: number, from: number, to: number) => widenStep({ step, from, to }, extent)
  expect(widened(10_000, 3 * HOUR, 6 * HOUR)).toBe(10_000)
  expect(widened(10_000, 3 * HOUR, 7 * HOUR)).toBe(WIDTH)
  expect(widened(10_000, HOUR, 3 * HOUR)).toBe(WIDTH)
  expect(widened(7 * MINUTE, 3 * HOUR, 6 * HOUR)).toBe(2 * WIDTH)
})

test('the parts join without hole or overlap and never reach into what is not there', () => {
  const time = fc.integer({ min: 0, max: 15 * HOUR })
  fc.assert(
    fc.property(
      time,
      time,
      fc.constantFrom(10_000, WIDTH, 3 * WIDTH, COARSE, 6 * HOUR, BROAD),
      (x, y, asked) => {
        const [from, to] = [Math.min(x, y), Math.max(x, y) + 1]
        const plan = planSources(from, to, widenStep({ from, to, step: asked }, extent), extent)
        for (const [i, part] of plan.entries()) {
          expect(part.from).toBeLessThan(part.to)
          if (i > 0) expect(part.from).toBe(plan[i - 1]?.to)
          if (part.width === 0) expect(part.from).toBeGreaterThanOrEqual(extent.raw_from)
          else {
            expect([part.from % part.width, part.to % part.width]).toEqual([0, 0])
            expect(part.to).toBeLessThanOrEqual(extent.rolled_to)
          }
        }
        const exact = (at: number): boolean => at >= extent.raw_from || at % WIDTH === 0
        if (exact(from)) expect(plan[0]?.from).toBe(from)
        if (exact(to)) expect(plan.at(-1)?.to).toBe(to)
      },
    ),
  )
})
