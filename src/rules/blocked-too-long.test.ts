import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import blockingTree from '../derived/blocking-tree.ts'
import rule from './blocked-too-long.ts'

const tree = (...waits: number[]) => [
  row(blockingTree, { subject: 'pid 1', pid: 1, root: 'pid 1', is_root: true, application: 'web' }),
  ...waits.map((waiting, n) => row(blockingTree, { pid: n + 2, root: 'pid 1', waiting })),
]

test.each([
  [[], 0],
  [[60], 0],
  [[61], 1],
  [[61, 90], 1],
])('waits of %j s: %i finding', (waits, count) =>
  expect(check(rule, { tree: tree(...waits) })).toHaveLength(count),
)

test('names who is at the head, and the longest wait', () =>
  expect(check(rule, { tree: tree(70, 200) })).toMatchObject([
    { subject: 'pid 1', value: 200, summary: 'web (pid 1) has kept a session waiting for 3 min 20 s.' },
  ]))

test('takes no points: blocked-sessions does', () => expect(rule.deductions).toEqual({}))
