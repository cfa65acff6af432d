import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import storage from '../derived/storage.ts'
import rule from './storage-near-limit.ts'

const GB = 1024 ** 3
const judged = (database: number, limit: number | null) =>
  check(rule, {
    storage: [row(storage, { database, limit, used: limit === null ? null : database / limit })],
  })

test.each([
  [4, []],
  [4.01, ['warning']],
  [4.5, ['warning']],
  [4.6, ['critical']],
  [6, ['critical']],
])('%d of 5 GB: %j', (size, severities) =>
  expect(judged(size * GB, 5 * GB).map((b) => b.severity)).toEqual(severities),
)

test('without a limit there is nothing to say', () => expect(judged(1e15, null)).toEqual([]))
test('says how much of how much', () =>
  expect(judged(4.25 * GB, 5 * GB)[0]?.summary).toBe('The database takes 4.3 GB of 5 GB (85 %).'))
test('95 % is fatal', () => {
  expect(judged(4.74 * GB, 5 * GB)[0]?.fatal).toBe(false)
  expect(judged(4.75 * GB, 5 * GB)[0]?.fatal).toBe(true)
  expect(rule.cap).toBe(49)
})
