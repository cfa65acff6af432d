import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import blocking from '../probes/blocking.ts'
import preparedTransactions from '../probes/prepared-transactions.ts'
import blockingTree from './blocking-tree.ts'

const waits = (edges: Record<number, number[]>) =>
  Object.entries(edges).map(([pid, blocked_by]) =>
    row(blocking, {
      pid: Number(pid),
      blocked_by,
      waiting: 2,
      mode: 'ShareLock',
      lock_type: 'transactionid',
    }),
  )
const tree = (edges: Record<number, number[]>, sessions: readonly number[] = []) =>
  derive(blockingTree, {
    blocking: waits(edges),
    prepared: undefined,
    activity: sessions.map((pid) => row(activity, { pid, application: `app ${pid}`, query: 'SELECT 42' })),
  })
const shape = (edges: Record<number, number[]>) =>
  tree(edges).map((t) => [t.pid, t.depth, Number(t.root.slice('pid '.length)), t.blocked])

test('nobody waits: no tree', () => expect(tree({})).toEqual([]))

test('a chain has its root first, which does not wait', () => {
  expect(shape({ 3: [2], 2: [1] })).toEqual([
    [1, 0, 1, 2],
    [2, 1, 1, 1],
    [3, 2, 1, 0],
  ])
  expect(tree({ 2: [1] }).map((t) => [t.is_root, t.blocker, t.waiting])).toEqual([
    [true, null, null],
    [false, 'pid 1', 2],
  ])
})

test('roots with most behind them come first', () =>
  expect(shape({ 5: [1], 6: [2], 7: [2] }).filter(([, depth]) => depth === 0)).toEqual([
    [2, 0, 2, 2],
    [1, 0, 1, 1],
  ]))

test('a second blocker is a root of its own', () =>
  expect(shape({ 3: [1, 2] })).toEqual([
    [1, 0, 1, 1],
    [3, 1, 1, 0],
    [2, 0, 2, 1],
  ]))

/** Waits for one relation lock, with the prepared transactions that hold it too as `[name, mode]`. */
const behind = (pid: number, mode: string, ...holders: [string, string][]) =>
  row(blocking, {
    ...{ pid, mode, blocked_by: [0], waiting: 2, lock_type: 'relation' },
    ...{ prepared: holders.map(([name]) => name), prepared_modes: holders.map(([, held]) => held) },
  })

test('each prepared transaction is a root of its own, with its owner and age', () => {
  const exclusive = 'AccessExclusiveLock'
  const seen = derive(blockingTree, {
    blocking: [behind(4, exclusive, ['b', 'ShareLock']), behind(5, exclusive, ['a', exclusive])],
    activity: [],
    prepared: [row(preparedTransactions, { transaction: 'a', owner: 'app', database: 'shop', age: 90 })],
  })
  const [a, b] = ['prepared transaction a', 'prepared transaction b']
  expect(seen).toMatchObject([
    { subject: a, pid: 0, transaction: 'a', is_root: true, blocked: 1, user: 'app', state_seconds: 90 },
    { subject: 'pid 5', root: a, blocker: a },
    { subject: b, pid: 0, transaction: 'b', is_root: true, blocked: 1, user: null, state: 'prepared' },
    { subject: 'pid 4', root: b, blocker: b },
  ])
})

test('a prepared transaction that holds the same lock in a mode that lets it be is no blocker', () => {
  const waiting = behind(4, 'ShareLock', ['reads', 'AccessShareLock'], ['writes', 'RowExclusiveLock'])
  const seen = derive(blockingTree, { blocking: [waiting], activity: [], prepared: undefined })
  expect(seen.map((t) => t.subject)).toEqual(['prepared transaction writes', 'pid 4'])
})

test('one that has ended before it could be named is a root still', () =>
  expect(tree({ 4: [0] })).toMatchObject([
    { subject: 'prepared transaction', pid: 0, transaction: null, blocked: 1 },
    { subject: 'pid 4', blocker: 'prepared transaction' },
  ]))

test('a deadlock has a head too', () =>
  expect(shape({ 1: [2], 2: [3], 3: [1], 4: [2] })).toEqual([
    [1, 0, 1, 3],
    [3, 1, 1, 3],
    [2, 2, 1, 3],
    [4, 3, 1, 0],
  ]))

test('sessions are named where they can be read, their statements without literals', () => {
  expect(tree({ 2: [1] }, [1])).toMatchObject([
    { pid: 1, application: 'app 1', query: 'SELECT ?' },
    { pid: 2, application: null, query: null, mode: 'ShareLock' },
  ])
})

test('one that is not to be ended says why', () => {
  const sessions = [row(activity, { pid: 1, application: 'PostgREST 12.2' }), row(activity, { pid: 2 })]
  expect(
    derive(blockingTree, { blocking: waits({ 2: [1] }), activity: sessions, prepared: undefined }),
  ).toMatchObject([
    { pid: 1, protected: 'it is the API (PostgREST)' },
    { pid: 2, protected: null },
  ])
})

test('a process of the server is named and told whether to end it; a client is what the sessions say', () => {
  const freezes = 'autovacuum: VACUUM public.t (to prevent wraparound)'
  const wait = { ...waits({ 4: [2, 3] })[0], kinds: ['client backend', freezes, 'walsender'] }
  const seen = derive(blockingTree, {
    blocking: [row(blocking, wait)],
    activity: [row(activity, { pid: 3, application: 'web' })],
    prepared: undefined,
  })
  expect(seen).toMatchObject([
    {
      pid: 2,
      backend_type: 'autovacuum worker',
      query: freezes,
      protected: expect.stringContaining('wraparound'),
    },
    { pid: 4 },
    { pid: 3, backend_type: null, application: 'web', protected: null },
  ])
})

test('whoever waits for whom, each is there once, below its blocker, and it ends', () => {
  const pid = fc.integer({ min: 0, max: 9 })
  const graph = fc.dictionary(pid.map(String), fc.array(pid, { minLength: 1, maxLength: 3 }))
  fc.assert(
    fc.property(graph, (edges) => {
      const rows = tree(edges as Record<number, number[]>)
      const everyone = new Set([...Object.keys(edges).map(Number), ...Object.values(edges).flat()])
      expect(rows.map((r) => r.pid).sort()).toEqual([...everyone].sort())
      for (const r of rows) {
        const above = rows.find((b) => b.subject === r.blocker)
        if (r.is_root) expect(r).toMatchObject({ blocker: null, depth: 0, root: r.subject })
        else expect(above).toMatchObject({ depth: r.depth - 1, root: r.root })
      }
    }),
  )
})
