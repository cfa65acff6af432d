import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import blockingTree from '../derived/blocking-tree.ts'
import rule from './blocked-sessions.ts'

const root = (pid: number, blocked: number) =>
  row(blockingTree, {
    subject: `pid ${pid}`,
    pid,
    root: `pid ${pid}`,
    is_root: true,
    blocked,
    application: 'web',
    state: 'active',
  })
const waiters = (of: number, count: number) =>
  Array.from({ length: count }, (_, n) =>
    row(blockingTree, { pid: 1000 + of + n, root: `pid ${of}`, waiting: 1 }),
  )

test('nobody waits: nothing', () => expect(check(rule, { tree: [] })).toEqual([]))

test('says of a session that is not to be ended whose it is', () => {
  const [head] = [{ ...root(7, 1), protected: 'it is the pooler Supavisor' }]
  expect(check(rule, { tree: [head, ...waiters(7, 1)] })).toMatchObject([
    { summary: expect.stringContaining('It is not to be ended: it is the pooler Supavisor.') },
  ])
})

test.each([
  [1, 'warning'],
  [5, 'warning'],
  [6, 'critical'],
])('%i waiting: %s', (count, severity) => {
  const found = check(rule, { tree: [root(7, count), ...waiters(7, count)] })
  expect(found).toMatchObject([{ subject: 'pid 7', severity, value: count }])
})

test('one finding for each session at a head; all who wait count', () => {
  const tree = [root(7, 3), ...waiters(7, 3), root(8, 3), ...waiters(8, 3)]
  expect(check(rule, { tree })).toMatchObject([
    { subject: 'pid 7', severity: 'critical', summary: 'web (pid 7) blocks 3 sessions; it is active.' },
    { subject: 'pid 8', severity: 'critical' },
  ])
})
