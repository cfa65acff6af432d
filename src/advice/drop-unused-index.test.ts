import { expect, test } from 'vitest'
import { AT, recommend, row } from '../../test/facts.ts'
import duplicateIndexes from '../derived/duplicate-indexes.ts'
import unusedIndexes from '../derived/unused-indexes.ts'
import indexDdl from '../probes/index-ddl.ts'
import replication from '../probes/replication.ts'
import advice from './drop-unused-index.ts'

const DAY = 86_400
const MB = 1024 ** 2
const given = (days: number, size: number) => ({
  unused: [
    row(unusedIndexes, {
      oid: 1,
      schema: 's',
      table: 't',
      index: 'i',
      size,
      seconds: days * DAY,
      since: AT - days * DAY * 1000,
    }),
  ],
  duplicates: undefined,
  ddl: [row(indexDdl, { oid: 1, definition: 'CREATE INDEX i ON s.t USING btree (a)' })],
  replication: [],
})

test.each([
  [14, MB, 1],
  [13.9, MB, 0],
  [14, MB - 1, 0],
])('statistics of %d days, %i bytes: %i', (days, size, count) =>
  expect(recommend(advice, given(days, size))).toHaveLength(count),
)

test('tells since when, what it gains, and how to do and undo it', () =>
  expect(recommend(advice, given(30, 20 * MB))).toMatchObject([
    {
      subject: 'index s.i',
      summary: 'No query has used the index s.i on t (20 MB) for 30 d.',
      evidence: { statistics_since: '2026-01-30' },
      confidence: 'medium',
      sql: ['DROP INDEX CONCURRENTLY s.i;'],
      undo: ['CREATE INDEX CONCURRENTLY i ON s.t USING btree (a);'],
      action: { name: 'drop-index', input: { schema: 's', index: 'i' } },
    },
  ]))

test('a standby may use it: low confidence; on a standby itself nothing can be dropped', () => {
  const known = { ...given(30, MB), replication: [row(replication, { application: 'two' })] }
  expect(recommend(advice, known)).toMatchObject([{ confidence: 'low' }])
  expect(recommend(advice, given(30, MB), { server: { role: 'standby' } })).toEqual([])
})

test('no undo is promised while the definition is not known', () =>
  expect(recommend(advice, { ...given(30, MB), ddl: undefined })[0]).not.toHaveProperty('undo'))

test('one that is a duplicate too is told once, there', () => {
  const duplicates = [row(duplicateIndexes, { oid: 1 })]
  expect(recommend(advice, { ...given(30, MB), duplicates })).toEqual([])
})
