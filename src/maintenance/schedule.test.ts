import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Due, dueAt, lastTime, nextTime, type Times } from './schedule.ts'

const at = (iso: string): number => Date.parse(iso)
const iso = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())
const HOUR = 3_600_000
const berlin = (cron: string): Times => ({ cron, timezone: 'Europe/Berlin' })

describe('times of a schedule', () => {
  test('are by the wall clock of the zone', () => {
    expect(iso(nextTime(berlin('0 3 * * *'), at('2026-01-10T12:00:00Z')))).toBe('2026-01-11T02:00:00.000Z')
    expect(iso(nextTime(berlin('0 3 * * *'), at('2026-07-10T12:00:00Z')))).toBe('2026-07-11T01:00:00.000Z')
  })
  test('the last one is the moment itself at the moment', () => {
    const time = at('2026-01-10T02:00:00Z')
    expect(lastTime(berlin('0 3 * * *'), time)).toBe(time)
    expect(lastTime(berlin('0 3 * * *'), time + 999)).toBe(time)
    expect(iso(lastTime(berlin('0 3 * * *'), time - 1))).toBe('2026-01-09T02:00:00.000Z')
  })
  test('one that the clocks skip is run after the gap', () => {
    expect(iso(nextTime(berlin('30 2 * * *'), at('2026-03-28T12:00:00Z')))).toBe('2026-03-29T01:00:00.000Z')
  })
  test('one that comes twice is run once', () => {
    const first = nextTime(berlin('30 2 * * *'), at('2026-10-24T12:00:00Z'))
    expect(iso(first)).toBe('2026-10-25T00:30:00.000Z')
    expect(iso(nextTime(berlin('30 2 * * *'), first as number))).toBe('2026-10-26T01:30:00.000Z')
  })
  test('an hourly one goes on every hour through both changes', () => {
    for (const from of ['2026-03-29T00:00:00Z', '2026-10-25T00:00:00Z']) {
      for (let time = at(from), n = 0; n < 5; n++) {
        const next = nextTime(berlin('0 * * * *'), time) as number
        expect(next - time).toBe(HOUR)
        time = next
      }
    }
  })
  test('a day that never comes has none', () => {
    expect(nextTime(berlin('0 0 30 2 *'), at('2026-01-01T00:00:00Z'))).toBeNull()
    expect(lastTime(berlin('0 0 30 2 *'), at('2026-01-01T00:00:00Z'))).toBeNull()
  })
})

/** Looks at the clock at these moments, and says which times were run. */
function live(times: Times, clock: readonly number[], start: number | null = null): number[] {
  const runs: number[] = []
  let handled = start
  for (const now of clock) {
    const due: Due = dueAt(times, handled, now)
    if (due.kind === 'none') continue
    handled = due.time
    if (due.kind === 'run') runs.push(due.time)
  }
  return runs
}

describe('what is due', () => {
  const daily: Times = { cron: '0 3 * * *', timezone: 'UTC' }
  test('nothing at the first look: what was before is not missed', () => {
    expect(dueAt(daily, null, at('2026-01-10T12:00:00Z'))).toEqual({
      kind: 'mark',
      time: at('2026-01-10T03:00:00Z'),
    })
  })
  test('one run after a week off, and it says that it was missed', () => {
    const due = dueAt(daily, at('2026-01-03T03:00:00Z'), at('2026-01-10T12:00:00Z'))
    expect(due).toEqual({ kind: 'run', time: at('2026-01-10T03:00:00Z'), missed: true })
    expect(
      live(daily, [at('2026-01-10T12:00:00Z'), at('2026-01-10T12:00:30Z')], at('2026-01-03T03:00:00Z')),
    ).toHaveLength(1)
  })
  test('a clock put back over the time does not run it again', () => {
    const clock = [
      '2026-01-10T02:59:00Z',
      '2026-01-10T03:00:10Z',
      '2026-01-10T02:58:00Z',
      '2026-01-10T03:00:05Z',
    ]
    expect(live(daily, clock.map(at)).map(iso)).toEqual(['2026-01-10T03:00:00.000Z'])
  })
  test('a clock that was years ahead does not silence the schedule for years', () => {
    const clock = [
      '2026-01-10T12:00:00Z',
      '2038-01-01T12:00:00Z',
      '2026-01-10T12:01:00Z',
      '2026-01-11T03:00:01Z',
    ]
    expect(live(daily, clock.map(at)).map(iso)).toEqual([
      '2038-01-01T03:00:00.000Z',
      '2026-01-11T03:00:00.000Z',
    ])
  })
  test('however often one looks, each time of a clock that only goes forward is run once, and none while looking all the time is left out', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 3 * HOUR }), { minLength: 1, maxLength: 60 })
    const crons = fc.constantFrom('0 * * * *', '30 2 * * *', '*/20 * * * *', '0 3 * * 1')
    fc.assert(
      fc.property(crons, steps, fc.integer({ min: 0, max: 8760 }), (cron, gaps, hour) => {
        const times = berlin(cron)
        const clock = [at('2026-01-01T00:00:00Z') + hour * HOUR]
        for (const gap of gaps) clock.push((clock.at(-1) as number) + gap)
        const runs = live(times, clock)
        expect(new Set(runs).size).toBe(runs.length)
        expect([...runs].sort((a, b) => a - b)).toEqual(runs)
        const [first, last] = [clock[0] as number, clock.at(-1) as number]
        for (const run of runs) expect(run > first && run <= last).toBe(true)
        expect(runs.at(-1) ?? lastTime(times, first)).toBe(lastTime(times, last))
      }),
      { numRuns: 60 },
    )
  })
})
