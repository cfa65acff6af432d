import { expect, test } from 'vitest'
import { context } from '../../test/facts.ts'
import { ok } from '../core/outcome.ts'
import type { Capabilities } from '../core/server.ts'
import { standbysOf } from './standbys.ts'
import type { TargetState } from './target-state.ts'

const state = (id: string, server: Partial<Capabilities>, more: Partial<TargetState> = {}): TargetState => ({
  ...{ id, name: id, url: '', connection: 'connected', since: 0, opportunities: [], costs: new Map() },
  capabilities: { ...context().server, ...server },
  tables: new Map([
    ['indexes', { at: 1, outcome: ok([{ oid: 7, scans: 3 }]) }],
    ['statistics-age', { at: 1, outcome: ok([{ since: 5, seconds: 1 }]) }],
  ]),
  ...more,
})
const standby = { role: 'standby' as const }

test('a standby of the same cluster and database counts with its figures', () => {
  const [found, ...more] = standbysOf(state('a', {}), [state('b', standby)])
  expect(more).toEqual([])
  expect(found).toMatchObject({ target: 'b', since: 5 })
  expect(found?.scans.get(7)).toBe(3)
})

test.each([
  ['another cluster', state('b', { ...standby, systemIdentifier: '2' })],
  ['another database', state('b', { ...standby, database: 'other' })],
  ['a primary', state('b', {})],
  ['one that is out of reach', state('b', standby, { connection: 'unreachable' })],
  ['one that was not read yet', state('b', standby, { tables: new Map() })],
])('not %s', (_, other) => expect(standbysOf(state('a', {}), [other])).toEqual([]))

test('a standby has none itself', () =>
  expect(standbysOf(state('a', standby), [state('b', standby)])).toEqual([]))
