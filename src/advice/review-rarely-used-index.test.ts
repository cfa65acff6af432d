import { expect, test } from 'vitest'
import { derive, recommend, row } from '../../test/facts.ts'
import indexUsage from '../derived/index-usage.ts'
import rarelyUsedIndexes from '../derived/rarely-used-indexes.ts'
import statisticsAge from '../derived/statistics-age.ts'
import relations from '../probes/relations.ts'
import advice from './review-rarely-used-index.ts'

const DAY = 86_400
const rare = (scans: number, days: number, writes = 1_000_000, size = 200 * 1024 ** 2) =>
  derive(rarelyUsedIndexes, {
    usage: [
      row(indexUsage, {
        oid: 2,
        table_oid: 1,
        schema: 's',
        table: 't',
        index: 'i',
        size,
        scans,
        droppable: true,
        valid: true,
      }),
    ],
    relations: [row(relations, { oid: 1, rows_inserted: writes, rows_updated: 50, rows_hot_updated: 50 })],
    age: [row(statisticsAge, { since: 1, seconds: days * DAY })],
  })

test('writes without those in place, for each scan; one that was never scanned is unused instead', () => {
  expect(rare(20, 30)).toMatchObject([{ writes: 1_000_000, writes_per_scan: 50_000 }])
  expect(rare(0, 30)).toEqual([])
})

test.each([
  [20, 30, 1],
  [20, 13, 0],
  [301, 30, 0],
])('%i scans in %i days: %i', (scans, days, count) => {
  const found = recommend(advice, { rare: rare(scans, days), duplicates: undefined })
  expect(found).toHaveLength(count)
  // What it gives is not known: nothing is proposed to be run.
  for (const f of found) expect(f).not.toHaveProperty('sql')
})
