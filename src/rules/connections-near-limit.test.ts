import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import connections from '../derived/connections.ts'
import databases from '../probes/databases.ts'
import rule from './connections-near-limit.ts'

const of = (used: number, usable = 100) => ({
  connections: [row(connections, { used, usable, utilisation: used / usable })],
  databases: undefined,
})

test.each([
  [0, undefined],
  [80, undefined],
  [81, 'warning'],
  [90, 'warning'],
  [91, 'critical'],
  [100, 'critical'],
])('%i of 100 connections: %s', (used, severity) => {
  expect(check(rule, of(used)).map((b) => b.severity)).toEqual(severity ? [severity] : [])
})

test('says how many, and of which', () => {
  expect(check(rule, of(54, 57))[0]).toMatchObject({
    subject: 'instance',
    summary: '54 of 57 usable connections are taken (95 %).',
  })
})

test('says nothing when nothing is known', () =>
  expect(check(rule, { connections: [], databases: undefined })).toEqual([]))

test('the own limit of the connected database counts, not that of others nor none', () => {
  const limited = { current: true, connection_limit: 10, backends: 9 }
  const judged = (d: typeof limited | { current: boolean; connection_limit: null; backends: number }) =>
    check(rule, { ...of(1), databases: [row(databases, { database: 'app', ...d })] })
  expect(judged(limited)).toMatchObject([{ subject: 'database app', severity: 'warning' }])
  expect(judged({ ...limited, backends: 8 })).toEqual([])
  expect(judged({ ...limited, current: false })).toEqual([])
  expect(judged({ ...limited, connection_limit: null })).toEqual([])
})
