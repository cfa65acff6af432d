import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import blocking from '../probes/blocking.ts'
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
    activity: sessions.map((pid) => row(activity, { pid, application: `app ${pid}`, query: 'SELECT 42' })),
  })
const shape = (edges: Record<number, number[]>) => tree(edges).map((t) => [t.pid, t.depth, t.root, t.blocked])

test('nobody waits: no tree', () => expect(tree({})).toEqual([]))

test('a chain has its root first, which does not wait', () => {
  expect(shape({ 3: [2], 2: [1] })).toEqual([
    [1, 0, 1, 2],
    [2, 1, 1, 1],
    [3, 2, 1, 0],
  ])
  expect(tree({ 2: [1] }).map((t) => [t.is_root, t.blocker, t.waiting])).toEqual([
    [true, null, null],
    [false, 1, 2],
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

test('a prepared transaction is process 0', () =>
  expect(shape({ 4: [0] })).toEqual([
    [0, 0, 0, 1],
    [4, 1, 0, 0],
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
  expect(derive(blockingTree, { blocking: waits({ 2: [1] }), activity: sessions })).toMatchObject([
    { pid: 1, protected: 'it is the API (PostgREST)' },
    { pid: 2, protected: null },
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
        const above = rows.find((b) => b.pid === r.blocker)
        if (r.is_root) expect(r).toMatchObject({ blocker: null, depth: 0, root: r.pid })
        else expect(above).toMatchObject({ depth: r.depth - 1, root: r.root })
      }
    }),
  )
})
