import { describe, expect, test } from 'vitest'
import { isInside, nextInside } from './window.ts'

const at = (iso: string): number => Date.parse(iso)
const night = { from: '01:00', to: '05:00' }

test.each([
  [night, 'UTC', '2026-03-01T00:59:59Z', false],
  [night, 'UTC', '2026-03-01T01:00:00Z', true],
  [night, 'UTC', '2026-03-01T04:59:59Z', true],
  [night, 'UTC', '2026-03-01T05:00:00Z', false],
  [night, 'Europe/Berlin', '2026-03-01T00:30:00Z', true],
  [night, 'Asia/Kolkata', '2026-03-01T00:00:00Z', false],
  [{ from: '22:00', to: '02:00' }, 'UTC', '2026-03-01T23:00:00Z', true],
  [{ from: '22:00', to: '02:00' }, 'UTC', '2026-03-01T01:59:00Z', true],
  [{ from: '22:00', to: '02:00' }, 'UTC', '2026-03-01T12:00:00Z', false],
  [{ from: '00:00', to: '24:00' }, 'UTC', '2026-03-01T23:59:59Z', true],
])('%o in %s at %s: %s', (window, zone, when, inside) =>
  expect(isInside(window, zone, at(when))).toBe(inside),
)

describe('the next moment inside', () => {
  test('is now, inside', () => {
    const now = at('2026-03-01T02:00:31Z')
    expect(nextInside(night, 'UTC', now)).toBe(now)
  })
  test('is the opening, outside', () => {
    expect(nextInside(night, 'UTC', at('2026-03-01T12:34:56Z'))).toBe(at('2026-03-02T01:00:00Z'))
  })
  test('is after the gap where the clocks skip the opening', () => {
    // 02:00 to 03:00 does not exist in Berlin on 29 March 2026.
    const window = { from: '02:15', to: '04:00' }
    expect(nextInside(window, 'Europe/Berlin', at('2026-03-28T20:00:00Z'))).toBe(at('2026-03-29T01:00:00Z'))
  })
  test('is a day later when a short window falls wholly into the gap', () => {
    const window = { from: '02:15', to: '02:45' }
    expect(nextInside(window, 'Europe/Berlin', at('2026-03-28T20:00:00Z'))).toBe(at('2026-03-30T00:15:00Z'))
  })
})
