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

const MB = 1024 ** 2
const limited = (wal_status: string, retained: number, safe_wal: number | null) =>
  check(rule, {
    slots: [row(replicationSlots, { slot: 'cdc', kind: 'physical', retained, safe_wal, wal_status })],
  }).map((b) => [b.severity, b.summary.split('; ').at(-1)])
const next = 'that is past its limit: it is lost at the next checkpoint.'

test.each([
  ['reserved', 0, 64 * MB, []],
  ['extended', 80 * MB, 20 * MB, []],
  ['extended', 81 * MB, 19 * MB, [['warning', 'it is lost after 19 MB more.']]],
  ['extended', 81 * MB, null, []],
  ['extended', 6 * GB, GB, [['critical', 'it is lost after 1 GB more.']]],
  ['unreserved', 157 * MB, -100 * MB, [['critical', next]]],
  ['unreserved', 157 * MB, null, [['critical', next]]],
])('%s, %s bytes held back, %s left: %j', (status, retained, left, found) =>
  expect(limited(status, retained, left)).toEqual(found),
)
