import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import pools from '../probes/pools.ts'
import rule from './pool-waiting.ts'

const judged = (cl_waiting: number, maxwait: number) =>
  check(rule, { pools: [row(pools, { database: 'app', user: 'web', cl_waiting, maxwait, sv_active: 1 })] })

test.each([
  [0, 0, []],
  [3, 1, []],
  [3, 2, ['warning']],
  [3, 6, ['critical']],
  // The longest wait of the last seconds; nobody waits any more.
  [0, 6, []],
])('%i waiting, %i s: %j', (waiting, seconds, severities) =>
  expect(judged(waiting, seconds).map((b) => b.severity)).toEqual(severities),
)

test('says which pool, and that none is free', () =>
  expect(judged(1, 6)[0]?.summary).toBe(
    '1 client of the pool app/web waits for a connection, the first for 6 s; 1 is taken, 0 free.',
  ))
