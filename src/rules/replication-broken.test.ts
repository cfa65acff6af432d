import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import replicationStatus from '../derived/replication-status.ts'
import replicationSlots from '../probes/replication-slots.ts'
import rule from './replication-broken.ts'

const status = (state: string) => row(replicationStatus, { standby: 'primary:5432', side: 'standby', state })
const slot = (invalidation: string | null) =>
  row(replicationSlots, { slot: 's', kind: 'physical', invalidation })

test('nothing replicates: nothing is broken', () =>
  expect(check(rule, { replication: [], slots: undefined })).toEqual([]))

test.each([
  ['streaming', 0],
  ['catchup', 0],
  ['disconnected', 1],
])('a standby that is %s: %i finding', (state, count) =>
  expect(check(rule, { replication: [status(state)], slots: [] })).toHaveLength(count),
)

test.each([
  [null, 0],
  ['wal_removed', 1],
  ['rows_removed', 1],
  ['a reason of a later release', 1],
])('a slot that is invalid for %s: %i finding', (state, count) =>
  expect(check(rule, { replication: [], slots: [slot(state)] })).toHaveLength(count),
)

test('is fatal', () => {
  expect(rule.cap).toBe(60)
  expect(check(rule, { replication: [], slots: [slot('wal_removed')] })).toMatchObject([
    { subject: 'slot s', severity: 'critical' },
  ])
})
