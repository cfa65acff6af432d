import { expect, test } from 'vitest'
import { check, row } from '../../test/facts.ts'
import replicationStatus from '../derived/replication-status.ts'
import rule from './replication-lag.ts'

const judged = (values: Partial<ReturnType<typeof row<typeof replicationStatus>>>) =>
  check(rule, { replication: [row(replicationStatus, { standby: 'two', side: 'sender', ...values })] })

test.each([
  [null, []],
  [1, []],
  [1.1, ['warning']],
  [5, ['warning']],
  [5.1, ['critical']],
])('%s s behind: %j', (lag_seconds, severities) =>
  expect(judged({ lag_seconds }).map((b) => b.severity)).toEqual(severities),
)

test('says how far, on which side, and whether replay is paused', () => {
  expect(judged({ lag_seconds: 90, lag_bytes: 2048 })[0]?.summary).toBe(
    'The standby two is 1 min 30 s behind (2 kB of WAL).',
  )
  expect(judged({ lag_seconds: 90, lag_bytes: 2048, flush_bytes: 1024 })[0]?.summary).toBe(
    'The standby two is 1 min 30 s behind (2 kB of WAL, 1 kB not on its disk).',
  )
  expect(judged({ lag_seconds: 90, side: 'standby', paused: true })[0]?.summary).toBe(
    'This standby of two is 1 min 30 s behind; its replay is paused.',
  )
})

test('one that is cut off is told by replication-broken', () =>
  expect(judged({ lag_seconds: 90, state: 'disconnected' })).toEqual([]))
