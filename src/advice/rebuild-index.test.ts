import { expect, test } from 'vitest'
import { recommend, row } from '../../test/facts.ts'
import indexBloat from '../derived/index-bloat.ts'
import unusedIndexes from '../derived/unused-indexes.ts'
import advice from './rebuild-index.ts'

const MB = 1024 ** 2
const DAY = 86_400
const bloated = row(indexBloat, {
  ...{ oid: 7, schema: 's', table: 't', index: 'i', confidence: 'high' },
  ...{ size: 100 * MB, bloat: 80 * MB, ratio: 0.8 },
})
const judged = (bloat: typeof bloated, unusedFor?: number) =>
  recommend(advice, {
    bloat: [bloat],
    measured: undefined,
    unused: unusedFor === undefined ? undefined : [row(unusedIndexes, { oid: 7, seconds: unusedFor })],
  })

test('a bloated index is rebuilt, with what it gives back and what it takes', () =>
  expect(judged(bloated)).toMatchObject([
    {
      subject: 'index s.i',
      summary: 'The index s.i on t takes 100 MB where 20 MB would do.',
      sql: ['REINDEX INDEX CONCURRENTLY s.i;'],
      action: { name: 'reindex-concurrently', input: { schema: 's', index: 'i' } },
    },
  ]))

test('one without a scan is rebuilt too until the statistics are old enough to call it unused', () => {
  expect(judged(bloated, 14 * DAY - 1)).toHaveLength(1)
  expect(judged(bloated, 14 * DAY)).toEqual([])
})

test('an estimate that is not sure is no reason, nor is little bloat', () => {
  expect(judged({ ...bloated, confidence: 'low' })).toEqual([])
  expect(judged({ ...bloated, ratio: 0.5 })).toEqual([])
  expect(judged({ ...bloated, bloat: 10 * MB - 1 })).toEqual([])
  expect(judged({ ...bloated, bloat: null, ratio: null, confidence: 'unknown' })).toEqual([])
})
