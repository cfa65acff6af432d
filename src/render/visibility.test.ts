import { expect, test } from 'vitest'
import { fail, type Outcome, ok } from '../core/outcome.ts'
import type { Capabilities } from '../core/server.ts'
import { blindSpots, renderVisibility } from './visibility.ts'

const server = { settings: {} } as unknown as Capabilities
const grant = fail('denied', 'app does not have the role pg_monitor', 'GRANT pg_monitor TO "app";')

test('tables that one grant would show are one blind spot', () => {
  const tables = new Map<string, Outcome>([
    ['activity', grant],
    ['connections', fail('denied', 'activity may not be read', 'GRANT pg_monitor TO app')],
    ['statements', fail('missing', 'not installed', 'CREATE EXTENSION pg_stat_statements;')],
    ['databases', ok([])],
  ])
  const leak = { rule: 'connection-leak', title: 'Connection leak', table: 'connections' }
  const spots = blindSpots(tables, server, [{ ...leak, reason: 'denied', detail: 'x', points: 5 }])
  expect(spots).toEqual([
    {
      reason: 'denied',
      tables: ['activity', 'connections'],
      rules: ['Connection leak'],
      detail: grant.detail,
      fix: grant.fix,
    },
    {
      reason: 'missing',
      tables: ['statements'],
      rules: [],
      detail: 'not installed',
      fix: 'CREATE EXTENSION pg_stat_statements;',
    },
  ])
  // One of them tells of its own part alone: what most say is the cause.
  const part = fail('denied', 'the values of 1 sequence may not be read', grant.fix)
  const three = { 'sequence-usage': part, activity: grant, connections: grant }
  expect(blindSpots(new Map(Object.entries(three)), server)).toMatchObject([
    { detail: grant.detail, tables: Object.keys(three) },
  ])
  const text = renderVisibility(spots, 1)
  expect(text.match(/GRANT/g)).toHaveLength(1)
  expect(text).toContain('  not judged: Connection leak\n  hides activity, connections\n')
})

test('what a server can not have, or needs time, is no blind spot', () => {
  const tables = new Map<string, Outcome>([
    ['standby', fail('unsupported', 'x')],
    ['statement-rates', fail('pending', 'x')],
  ])
  expect(blindSpots(tables, server)).toEqual([])
  expect(renderVisibility([], 3)).toBe('Everything can be seen. 3 tables of facts can be read.\n')
})

test('a setting that stops the counting is one', () => {
  const off = { settings: { track_io_timing: 'off', track_counts: 'on' } } as unknown as Capabilities
  const spots = blindSpots(new Map(), off)
  expect(spots).toHaveLength(1)
  expect(renderVisibility(spots, 3)).toContain(
    'ALTER SYSTEM SET track_io_timing = on; SELECT pg_reload_conf();',
  )
  const override = { setting: 'track_io_timing', value: 'off', text: 'off', database: 'a b', role: null }
  expect(blindSpots(new Map(), { ...off, overrides: [override] })).toMatchObject([
    { fix: 'ALTER DATABASE "a b" RESET track_io_timing;' },
  ])
})
