import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import replicationSlots from '../probes/replication-slots.ts'
import rule from './slot-retains-wal.ts'

const GB = 1024 ** 3
const judged = (retained: number | null, invalidation: string | null = null) =>
  check(rule, { slots: [row(replicationSlots, { slot: 'cdc', kind: 'logical', retained, invalidation })] })

test.each([
  [null, []],
  [GB, []],
  [GB + 1, ['warning']],
  [5 * GB, ['warning']],
  [5 * GB + 1, ['critical']],
])('%s bytes held back: %j', (retained, severities) =>
  expect(judged(retained).map((b) => b.severity)).toEqual(severities),
)

test('says who does not read', () =>
  expect(judged(2 * GB)[0]?.summary).toBe('The logical slot cdc holds back 2 GB of WAL; nobody reads it.'))

test('a lost slot holds back nothing any more', () => expect(judged(9 * GB, 'wal_removed')).toEqual([]))
