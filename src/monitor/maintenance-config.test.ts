import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const detailOf = (input: unknown): string => {
  try {
    parseConfig(input)
  } catch (error) {
    return (error as { detail: string }).detail
  }
  throw new Error('was accepted')
}

test('the defaults: four tasks, the heavy ones in a window at night, nothing by itself', () => {
  const { maintenance, recovery } = parseConfig({})
  expect(maintenance.enabled).toBe(false)
  expect(maintenance.window).toEqual({ from: '01:00', to: '05:00' })
  expect(Object.entries(maintenance.tasks).map(([name, t]) => [name, t.cron, t.inWindow])).toEqual([
    ['vacuum', '0 2 * * *', true],
    ['analyze', '15 * * * *', false],
    ['reindex', '0 3 * * 0', true],
    ['backup', '30 * * * *', false],
  ])
  expect(maintenance.vacuumFull).toBe(false)
  expect(recovery).toEqual({ policies: {}, thresholds: {} })
})

test.each([
  ['0 3 * *', 'five fields'],
  ['0 0 3 * * *', 'no field for seconds'],
  ['61 3 * * *', 'minute: 61'],
  ['0 3 * * MOON', 'is not a schedule'],
  ['0 0 30 2 *', 'never comes'],
  ['', 'five fields'],
])('the schedule "%s" is refused', (cron, hint) => {
  const detail = detailOf({ maintenance: { tasks: { vacuum: { cron } } } })
  expect(detail).toContain('maintenance.tasks.vacuum.cron')
  expect(detail).toContain(hint)
})

test('29 February comes', () => {
  expect(parseConfig({ maintenance: { tasks: { vacuum: { cron: '0 0 29 2 *' } } } })).toBeDefined()
})

test.each([
  ['Europe/Berln', 'Europe/Berlin'],
  ['New York', 'America/New_York'],
  ['tokyo', 'Asia/Tokyo'],
])('the zone "%s" is refused with a hint', (timezone, hint) => {
  expect(detailOf({ maintenance: { timezone } })).toContain(`did you mean "${hint}"`)
})

test.each([
  [{ from: '1:00' }, 'write a time of day'],
  [{ from: '05:00' }, '00:00 and 24:00'],
])('the window %o is refused', (window, hint) => {
  expect(detailOf({ maintenance: { window } })).toContain(hint)
})

test('a runbook that there is not is refused with a hint', () => {
  expect(detailOf({ recovery: { policies: { 'connection-exaustion': {} } } })).toContain(
    'did you mean "connection-exhaustion"',
  )
  expect(detailOf({ recovery: { thresholds: { 'connection-exhaustion': { idel: 1 } } } })).toContain(
    'did you mean "idle"',
  )
})
