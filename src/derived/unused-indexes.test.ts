import { expect, test } from 'vitest'
import { derive, row } from '../../test/facts.ts'
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
  expect(derive(unusedIndexes, { usage: [index(values)], age })).toHaveLength(count),
)

test('the largest first, with the time for which that is known', () => {
  const rows = derive(unusedIndexes, { usage: [index({ size: 1 }), index({ oid: 2, size: 9 })], age })
  expect(rows).toMatchObject([
    { oid: 2, since: 1000, seconds: 60 },
    { oid: 1, since: 1000, seconds: 60 },
  ])
})
