import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import neglectedToast from '../derived/neglected-toast.ts'
import tables from '../derived/tables.ts'
import rule from './autovacuum-off.ts'

const table = (autovacuum_enabled: boolean, changed_since_analyze: number, dead = 0) =>
  row(tables, { schema: 'public', table: 't', autovacuum_enabled, changed_since_analyze, dead })

test.each([
  [table(true, 1e6), 0],
  [table(false, 10_000), 0],
  [table(false, 10_001), 1],
  [table(false, 0, 10_001), 1],
])('table %#: %i finding', (t, count) => {
  const found = check(rule, { tables: [t], uncounted: [], toast: undefined })
  expect(found).toHaveLength(count)
  for (const f of found) expect(f).toMatchObject({ subject: 'public.t', severity: 'warning' })
})

test.each([
  [{ autovacuum: 'off', track_counts: 'on' }, 'autovacuum is off for the whole server.'],
  [
    { autovacuum: 'on', track_counts: 'off' },
    'track_counts is off for the whole server, so autovacuum does nothing.',
  ],
])('%j is fatal', (settings, summary) => {
  expect(
    check(rule, { tables: [], uncounted: [], toast: undefined }, { server: { settings } }),
  ).toMatchObject([{ subject: 'instance', severity: 'critical', summary }])
  expect(rule.cap).toBe(49)
})

test('settings that may not be read are not taken for off', () =>
  expect(check(rule, { tables: [], uncounted: [], toast: undefined }, { server: { settings: {} } })).toEqual(
    [],
  ))

test('counters off for this database alone leave autovacuum on', () => {
  const override = { setting: 'track_counts', value: 'off', text: 'off', database: 'app', role: null }
  const server = { settings: { autovacuum: 'on', track_counts: 'off' }, overrides: [override] }
  expect(check(rule, { tables: [], uncounted: [], toast: undefined }, { server })).toEqual([])
})

test.each([
  [null, 0],
  [10_000, 0],
  [10_001, 1],
])('a TOAST table with %s dead rows: %i finding', (dead, count) => {
  const toast = row(neglectedToast, { schema: 'public', table: 't', own: true, live: 5, dead })
  const found = check(rule, { tables: [], uncounted: [], toast: [toast] })
  expect(found).toHaveLength(count)
  for (const f of found)
    expect(f).toMatchObject({
      ...{ subject: 'public.t TOAST', severity: 'warning' },
      evidence: { parameter: 'toast.autovacuum_enabled', dead: 10_001 },
    })
})
