import { expect, test } from 'vitest'
import { AT, context, derive, row } from '../../test/facts.ts'
import type { StandbyUse } from '../core/given.ts'
import replication from '../probes/replication.ts'
import indexUsage from './index-usage.ts'
import statisticsAge from './statistics-age.ts'
import unusedIndexes from './unused-indexes.ts'

const age = [row(statisticsAge, { since: 1000, seconds: 60 })]
const index = (values: Parameters<typeof row<typeof indexUsage>>[1]) =>
  row(indexUsage, { oid: 1, droppable: true, valid: true, ...values })

test.each([
  [{}, 1],
  [{ scans: 1 }, 0],
  [{ droppable: false }, 0],
  [{ valid: false }, 0],
  [{ last_scan: 999 }, 1],
  [{ last_scan: 1000 }, 0],
])('%j: %i unused', (values, count) =>
  expect(derive(unusedIndexes, { usage: [index(values)], age, replication: [] })).toHaveLength(count),
)

test('the largest first, with the time for which that is known', () => {
  const rows = derive(unusedIndexes, {
    usage: [index({ size: 1 }), index({ oid: 2, size: 9 })],
    age,
    replication: [],
  })
  expect(rows).toMatchObject([
    { oid: 2, since: 1000, seconds: 60 },
    { oid: 1, since: 1000, seconds: 60 },
  ])
})

test('a standby counts: used there is not unused, and one that is not watched is named', () => {
  const given = {
    usage: [index({})],
    age,
    replication: [row(replication, { application: 'two', state: 'streaming' })],
  }
  const of = (standbys: readonly StandbyUse[]) => unusedIndexes.compute(given, context({ standbys }))
  expect(of([])).toMatchObject([{ unwatched: 'two' }])
  const watched = { target: 'b', since: AT - 20_000, scans: new Map([[1, 0]]) }
  expect(of([watched])).toMatchObject([{ unwatched: null, seconds: 20 }])
  expect(of([{ ...watched, since: null }])).toMatchObject([{ unwatched: 'two' }])
  expect(of([{ ...watched, scans: new Map([[1, 3]]) }])).toEqual([])
  const copying = [row(replication, { application: 'pg_basebackup', state: 'backup' })]
  expect(unusedIndexes.compute({ ...given, replication: copying }, context())).toMatchObject([
    { unwatched: null },
  ])
})
