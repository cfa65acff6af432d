import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import replicationStatus from '../derived/replication-status.ts'
import rule from './sync-standby-missing.ts'

const judged = (synchronous_standby_names: string, ...sync: string[]) =>
  check(
    rule,
    { replication: sync.map((sync) => row(replicationStatus, { side: 'sender', sync })) },
    { server: { settings: { synchronous_standby_names } } },
  )

test.each([
  ['', [], 0],
  ['a', [], 1],
  ['a', ['async'], 1],
  ['a', ['sync'], 0],
  ['2 (a, b, c)', ['sync', 'potential'], 1],
  ['ANY 2 (a, b, c)', ['quorum', 'quorum', 'quorum'], 0],
] as const)('%s with %j: %i finding', (names, sync, count) =>
  expect(judged(names, ...sync)).toHaveLength(count),
)
