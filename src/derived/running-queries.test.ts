import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
import activity from '../probes/activity.ts'
import runningQueries from './running-queries.ts'

test('running statements and open transactions, the longest first, without literals', () => {
  const rows = derive(runningQueries, {
    tracking: [],
    activity: [
      row(activity, { pid: 1, state: 'idle', state_age: 999 }),
      row(activity, { pid: 2, state: 'active', query_age: 3, query: "SELECT 'hunter2'" }),
      row(activity, { pid: 3, state: 'idle in transaction', state_age: 30, wait_event: 'ClientRead' }),
      row(activity, { pid: 4, state: null }),
      row(activity, {
        pid: 5,
        state: 'active',
        query_age: 9,
        wait_event_type: 'IO',
        wait_event: 'DataFileRead',
      }),
    ],
  })
  expect(rows.map((r) => [r.pid, r.seconds, r.wait, r.query])).toEqual([
    [3, 30, null, null],
    [5, 9, 'IO: DataFileRead', null],
    [2, 3, null, 'SELECT ?'],
  ])
})
